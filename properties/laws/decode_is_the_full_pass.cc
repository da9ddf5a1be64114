// One query at a time over a growing cache equals all at once.
//
//   row i of attend(whole) = attend(row i, keys up to row i's, all but the last cached)
//
// holds: causal, or window right = 0 (else earlier rows would see later keys), and segment >= queries. A cache moves no
// position, so custom positions, rotary and XPOS stay in the whole call's frame.
#include "problem/values.h"
#include "properties/laws/handed_on.h"
#include "properties/laws/laws.h"

namespace boresight::properties {
namespace {

// Each step of a short pass; of a long one the first, the last and others by the seed, in order: many short cases tell more
// than a long one, and cost the same.
constexpr std::int64_t steps_max = 6;

std::vector<Rows> steps(const Case& a_case) {
  const std::int64_t n = a_case.problem.queries;
  std::vector<Rows> found;
  for (std::int64_t i = 0; i < n; ++i) {
    const bool wanted =
        i == 0 || i == n - 1 || std::int64_t(mix(a_case.seed + std::uint64_t(i)) % std::uint64_t(n)) < steps_max - 2;
    if (n <= steps_max || wanted) found.push_back({i, i + 1});
  }
  return found;
}

}  // namespace

void prepare_decode_is_the_full_pass(Case& c, Choices& choices) { prepare_for_parts(c, choices); }

Verdict judge_decode_is_the_full_pass(const Case& a_case, const Kernel& kernel) {
  if (const std::string why = no_parts(a_case.problem); !why.empty()) return skipped(why);
  return judge_parts({"decode_is_the_full_pass", a_case, kernel}, steps(a_case), Handover::cache,
                     "all queries at once and one at a time differ");
}

}  // namespace boresight::properties
