// Masking all M memories equals having none (the test that x-transformers#242 came with).
//
//   memory_mask = false everywhere:  attend(M memories) = attend(0 memories)          holds: always
//
// The memories' columns go, from masks and biases as well; every position stays.
#include "properties/laws/bench.h"
#include "properties/laws/laws.h"

namespace boresight::properties {

void prepare_hidden_memory_is_no_memory(Case& c, Choices& choices) {
  if (c.problem.memories == 0) c.problem.memories = choices.between(1, 9);
  c.memory_mask = Mask{Mask::Kind::prefix, 1, 0, {}};
  if (c.problem.bias.kind == BiasKind::forget && c.problem.queries > c.problem.segment) c.problem.segment = c.problem.queries;
  if (c.problem.bias.kind == BiasKind::distance_table)  // shuffled positions would point outside the shorter table
    c.positions = Positions::ordered, c.positions_broadcast = true, c.problem.custom_positions = false;
}

Verdict judge_hidden_memory_is_no_memory(const Case& a_case, const Kernel& kernel) {
  if (a_case.problem.memories == 0) return skipped("no memories to hide");
  const Mask& mask = a_case.memory_mask;
  const bool all_hidden = (mask.kind == Mask::Kind::prefix || mask.kind == Mask::Kind::suffix) && mask.count == 0;
  if (!all_hidden) return skipped("needs memory_mask=prefix:0");
  Prepared prepared = prepare(a_case);
  const Call without = without_memories(prepared.call, prepared.inputs);
  if (auto refused = refusal(kernel, prepared.call)) return *refused;
  if (auto refused = refusal(kernel, without)) return *refused;
  std::optional<Verdict> outside;
  const Certified& hidden = certify(prepared.call, kernel, a_case.options, 0, outside);
  const Certified& none = certify(without, kernel, a_case.options, 1, outside);
  if (outside) return *outside;
  const Results with_hidden = run(kernel, prepared.call, a_case.options, a_case.layout);
  const Results with_none = run(kernel, without, a_case.options, a_case.layout);
  if (!with_hidden.broken.empty()) return failed(with_hidden.broken);
  if (!with_none.broken.empty()) return failed(with_none.broken + " (without memories)");
  Verdict verdict = compare(with_hidden, hidden.bound, 0, with_none, none.bound, 0, a_case.problem.queries);
  if (verdict.outcome == Outcome::failed) verdict.why = "hidden memories are not as no memories: it " + verdict.why;
  else if (!some_row_shows(hidden)) return mistrusted("no row's weights show in its output", verdict.largest);
  return verdict;
}

}  // namespace boresight::properties
