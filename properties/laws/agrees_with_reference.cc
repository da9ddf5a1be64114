// out and lse lie within the certified bound of the reference.
//
//   |out - reference| <= bound,  |lse - reference| <= bound          holds: in the domain
//
// A case is Mistrusted where it could not have told: no row whose weights show in its output, or a bias that
// is there and moves no output by more than its bound.
#include <algorithm>
#include <cmath>

#include "properties/laws/bench.h"
#include "properties/laws/laws.h"

namespace boresight::properties {
namespace {

// Without its bias, some output element of the row would move by more than twice its bound.
bool bias_shows(const reference::Head& head, const reference::HeadBound& bound, Eigen::Index i) {
  thread_local reference::Vector weights;
  weights.setZero(head.weights.cols());
  for (Eigen::Index c = 0; c < head.weights.cols(); ++c)
    if (head.visible(i, c)) weights(c) = head.weights(i, c) * std::exp(-head.bias(i, c));
  const double sum = weights.sum() + std::max(0.0, 1 - head.weights.row(i).sum());
  if (!(sum > 0 && std::isfinite(sum))) return true;
  for (Eigen::Index d = 0; d < head.out.cols(); ++d)
    if (std::abs(weights.dot(head.value.col(d)) / sum - head.out(i, d)) > 2 * bound.out(i, d)) return true;
  return false;
}

bool some_bias_shows(const Certified& certified) {
  for (std::size_t at = 0; at < certified.truth.heads.size(); ++at)
    for (Eigen::Index i = 0; i < certified.truth.heads[at].out.rows(); ++i)
      if (bias_shows(certified.truth.heads[at], certified.bound.heads[at], i)) return true;
  return false;
}

}  // namespace

void prepare_agrees_with_reference(Case&, Choices&) {}

Verdict judge_agrees_with_reference(const Case& a_case, const Kernel& kernel) {
  const Prepared prepared = prepare(a_case);
  if (auto refused = refusal(kernel, prepared.call)) return *refused;
  std::optional<Verdict> outside;
  const Certified& certified = certify(prepared.call, kernel, a_case.options, 0, outside);
  if (outside) return *outside;
  const Results results = run(kernel, prepared.call, a_case.options, a_case.layout);
  if (!results.broken.empty()) return failed(results.broken);
  Verdict verdict = compare(results, certified);
  if (verdict.outcome == Outcome::failed) return verdict;
  if (!some_row_shows(certified)) return mistrusted("no row's weights show in its output", verdict.largest);
  if (a_case.problem.bias.kind != BiasKind::none && !some_bias_shows(certified))
    return mistrusted("the bias moves no output by more than its bound", verdict.largest);
  return verdict;
}

}  // namespace boresight::properties
