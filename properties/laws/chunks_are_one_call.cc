// Segments processed one after another, earlier keys handed on as a cache or as memories, equal one call.
//
//   rows [a, b) of attend(whole) = attend(rows [a, b), keys up to row b's)
//
// holds: causal, or window right = 0 (else earlier rows would see later keys: 0.53 was seen), and segment >= queries.
// Through memories the origin of positions moves with the segment, so with rotary P must be 0 (else 0.15); a cache moves nothing.
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/handed_on.h"
#include "properties/laws/laws.h"

namespace boresight::properties {
namespace {

// Two or three chunks, cut where the seed says.
std::vector<Rows> chunks(const Case& a_case) {
  const std::int64_t n = a_case.problem.queries;
  const std::uint64_t bits = mix(a_case.seed + 1);
  std::vector<std::int64_t> cuts{0, 1 + std::int64_t(bits % std::uint64_t(n - 1)), n};
  if (bits >> 63 != 0) cuts.push_back(1 + std::int64_t((bits >> 20) % std::uint64_t(n - 1)));
  std::sort(cuts.begin(), cuts.end());
  std::vector<Rows> found;
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k)
    if (cuts[k] < cuts[k + 1]) found.push_back({cuts[k], cuts[k + 1]});
  return found;
}

}  // namespace

void prepare_chunks_are_one_call(Case& c, Choices& choices) { prepare_for_parts(c, choices); }

Verdict judge_chunks_are_one_call(const Case& a_case, const Kernel& kernel) {
  if (const std::string why = no_parts(a_case.problem); !why.empty()) return skipped(why);
  const bool origin_shows = a_case.problem.rotary.dims > 0 && a_case.problem.mem_kv > 0;
  const bool cache = origin_shows || (mix(a_case.seed + 2) & 1u) != 0;
  return judge_parts({"chunks_are_one_call", a_case, kernel}, chunks(a_case), cache ? Handover::cache : Handover::memories,
                     cache ? "one call and its chunks (earlier keys as cache) differ"
                           : "one call and its chunks (earlier keys as memories) differ");
}

}  // namespace boresight::properties
