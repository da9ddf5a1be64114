// out and lse lie within the certified bound of the reference.
//
//   |out - reference| <= bound,  |lse - reference| <= bound          holds: in the domain
//
// A case is Mistrusted where it could not have told: no row whose weights show in its output, or a bias that
// is there and moves no output by more than its bound.
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {

void prepare_agrees_with_reference(Case&, Choices&) {}

Verdict judge_agrees_with_reference(const Case& a_case, const Kernel& kernel) {
  Trial trial("agrees_with_reference", a_case, kernel);
  const Certificate certificate = trial.certify(trial.call());
  const Results results = trial.run(trial.call());
  trial.hold(
      results,
      [&](const Element& e) {
        return std::optional<Expected>({at(certificate.truth, results, e), at(certificate.bound, results, e)});
      },
      "");
  if (!trial.going()) return trial.verdict();
  trial.needs(some_row_shows(certificate), "no row's weights show in its output");
  if (a_case.problem.bias.kind != BiasKind::none)
    trial.needs(some_bias_shows(certificate), "the bias moves no output by more than its bound");
  return trial.verdict();
}

}  // namespace boresight::properties
