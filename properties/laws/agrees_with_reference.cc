// out and lse lie within the certified bound of the reference.
//
//   |out - reference| <= bound,  |lse - reference| <= bound          holds: in the domain
//
// A case is Mistrusted where it could not have told: no row whose weights show in its output, or no reading (properties/
// readings) that an output tells from the truth; where there is a bias, none that misreads the bias.
#include "properties/laws/law.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {

void prepare_agrees_with_reference(Case&, Choices&) {}

Verdict judge_agrees_with_reference(const Case& a_case, const Kernel& kernel) {
  Trial trial(agreement_name, a_case, kernel);
  const Certificate certificate = trial.certify(trial.call());
  const bool some_told = trial.some_told(trial.call());
  const Results results = trial.run(trial.call());
  trial.hold(
      results,
      [&](const Element& e) {
        return std::optional<Expected>({at(certificate.truth, results, e), at(certificate.bound, results, e)});
      },
      "");
  if (trial.going()) trial.needs(some_row_shows(certificate), "no row's weights show in its output");
  trial.needs(some_told, a_case.problem.bias.kind == BiasKind::none ? "no misreading would show here"
                                                                    : "no misreading of its bias would show here");
  return trial.verdict();
}

}  // namespace boresight::properties
