// Masking all M memories equals having none (the test that x-transformers#242 came with).
//
//   memory_mask = false everywhere:  attend(M memories) = attend(0 memories)          holds: always
//
// The memories' columns go, from masks and biases as well; every position stays.
#include "properties/laws/calls.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

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
  Trial trial("hidden_memory_is_no_memory", a_case, kernel);
  const Call without = without_memories(trial.call(), trial.store());
  const Certificate hidden = trial.certify(trial.call()), none = trial.certify(without);
  const Results with_hidden = trial.run(trial.call()), with_none = trial.run(without, "without memories");
  trial.agree(with_hidden, hidden, with_none, none, "hidden memories are not as no memories");
  trial.needs(some_row_shows(hidden), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
