// A call depends on its arguments alone, and reads them anew.
//
//   attend(same tensors) again:                            the same bits
//   attend(other data in the same tensors' memory):        within the bound of its own truth
//
// holds: always. The other data are those of the same problem from another seed: masks, biases and positions too.
#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
void prepare_called_twice(Case&, Choices&) {}

Verdict judge_called_twice(const Case& a_case, const Kernel& kernel) {
  Trial trial("called_twice", a_case, kernel);
  Case next = a_case;
  next.seed = mix(a_case.seed + 30) >> 40;
  const Inputs inputs = make_inputs(next);
  const Call other{next.problem, inputs.tensors};
  const Certificate first = trial.certify(trial.call()), second = trial.certify(other);
  const Results once = trial.run(trial.call()), twice = trial.run(trial.call(), "called again");
  trial.same_bits(twice, once, "the second call gives other bits");
  for (const auto& [name, member] : input_tensors) overwrite(trial.call().tensors.*member, other.tensors.*member);
  const Results changed = trial.run(trial.call(), "called again on other data");
  const auto right = [&](const Element& e) {
    return std::optional<Expected>({at(second.truth, changed, e), at(second.bound, changed, e)});
  };
  trial.hold(changed, right, "on other data in the same memory");
  if (trial.going()) trial.needs(truths_differ(first, second), "the other data give no other output");
  return trial.verdict();
}

}  // namespace boresight::properties
