// A call reads its inputs and writes its outputs, and nothing else.
//
//   every element of the inputs keeps its value; every element of out and lse is written; no byte around or between them is;
//   a call that does not ask for lse gives the same out          holds: always
#include "properties/laws/laws.h"
#include "properties/laws/trial.h"

namespace boresight::properties {

void prepare_inputs_unchanged_outputs_fenced(Case& c, Choices& choices) {
  c.layout = choices.one_of({Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed});
}

Verdict judge_inputs_unchanged_outputs_fenced(const Case& a_case, const Kernel& kernel) {
  Trial trial("inputs_unchanged_outputs_fenced", a_case, kernel);
  trial.accept(trial.call());
  const std::uint64_t before = hash(trial.call().tensors);
  const Results results = trial.run(trial.call());
  if (hash(trial.call().tensors) != before) trial.fail("changed its inputs");
  Way silent = trial.way();
  silent.with_lse = false;
  const Results without_lse = trial.run(trial.call(), silent, "without lse");
  if (hash(trial.call().tensors) != before) trial.fail("changed its inputs (without lse)");
  trial.same_bits(without_lse, results, "out changes where lse is not asked for");
  trial.needs(a_case.problem.queries > 0, "no rows");
  return trial.verdict();
}

}  // namespace boresight::properties
