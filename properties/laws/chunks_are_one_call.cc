// Segments processed one after another, earlier keys handed on as a cache or as memories, equal one call.
//
//   rows [a, b) of attend(whole) = attend(rows [a, b), keys up to row b's)
//
// holds: causal, or window right = 0 (else earlier rows would see later keys: 0.53 was seen), and segment >= queries.
// Through memories the origin of positions moves with the segment, so with rotary P must be 0 (else 0.15); a cache moves nothing.
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/bench.h"
#include "properties/laws/laws.h"

namespace boresight::properties {
namespace {

// Two or three chunks, cut where the seed says.
std::vector<std::int64_t> cuts(const Case& a_case) {
  const std::int64_t n = a_case.problem.queries;
  const std::uint64_t bits = mix(a_case.seed + 1);
  std::vector<std::int64_t> at{0, 1 + std::int64_t(bits % std::uint64_t(n - 1)), n};
  if (bits >> 63 != 0) at.insert(at.begin() + 1, 1 + std::int64_t((bits >> 20) % std::uint64_t(n - 1)));
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  return at;
}

Handover handover(const Case& a_case) {
  const bool origin_shows = a_case.problem.rotary.dims > 0 && a_case.problem.mem_kv > 0;
  return origin_shows || (mix(a_case.seed + 2) & 1u) != 0 ? Handover::cache : Handover::memories;
}

}  // namespace

void prepare_chunks_are_one_call(Case& c, Choices& choices) {
  c.problem.queries = std::max<std::int64_t>(c.problem.queries, 2);
  c.problem.segment = std::max(c.problem.segment, c.problem.queries);
  if (choices.chance(3, 4)) c.problem.causal = true;
  else c.problem.window.right = 0;
  if (c.problem.bias.kind == BiasKind::distance_table)  // a chunk's own table does not reach as far as shuffled positions
    c.positions = Positions::ordered, c.positions_broadcast = true, c.problem.custom_positions = false;
}

Verdict judge_chunks_are_one_call(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (!p.causal && p.window.right != 0) return skipped("needs causal or window right = 0");
  if (p.queries < 2 || p.segment < p.queries) return skipped("needs two queries and segment >= queries");
  Prepared prepared = prepare(a_case);
  if (auto refused = refusal(kernel, prepared.call)) return *refused;
  std::optional<Verdict> outside;
  const Certified& whole = certify(prepared.call, kernel, a_case.options, 0, outside);
  if (outside) return *outside;
  const Results at_once = run(kernel, prepared.call, a_case.options, a_case.layout);
  if (!at_once.broken.empty()) return failed(at_once.broken);
  Verdict verdict;
  const std::vector<std::int64_t> at = cuts(a_case);
  for (std::size_t k = 0; k + 1 < at.size(); ++k) {
    const Call part = chunk(prepared.call, at[k], at[k + 1], handover(a_case), prepared.inputs);
    if (auto refused = refusal(kernel, part)) return *refused;
    const Certified& certified = certify(part, kernel, a_case.options, 1, outside);
    if (outside) return *outside;
    const Results alone = run(kernel, part, a_case.options, a_case.layout);
    if (!alone.broken.empty()) return failed(alone.broken + " (in a chunk)");
    const Verdict of_part = compare(at_once, whole.bound, at[k], alone, certified.bound, 0, at[k + 1] - at[k]);
    verdict.largest = std::max(verdict.largest, of_part.largest);
    if (of_part.outcome != Outcome::failed) continue;
    verdict = of_part;
    verdict.why = std::string("one call and its chunks (earlier keys as ") +
                  (handover(a_case) == Handover::cache ? "cache" : "memories") + ") differ: it " + of_part.why;
    return verdict;
  }
  return some_row_shows(whole) ? verdict : mistrusted("no row's weights show in its output");
}

}  // namespace boresight::properties
