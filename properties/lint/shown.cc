#include "properties/lint/shown.h"

#include "properties/prepared.h"
#include "properties/readings/evaluator.h"
#include "properties/readings/fit.h"
#include "properties/readings/misread_kernel.h"
#include "reference/error_bound.h"

namespace boresight::properties::lint {

Shown shown(const readings::Reading& reading, const Case& c) {
  if (!validate(c)) return Shown::nothing;
  const readings::Decisions decisions = readings::under(reading, c.problem);
  if (decisions == readings::by_the_book(c.problem)) return Shown::nothing;
  const Prepared prepared = prepare(c);
  const Arithmetic arithmetic = readings::careful_arithmetic(c.problem);
  Certified certified;
  reference::attend(c.problem, prepared.call.tensors, certified.truth);
  if (!certified.truth.out_of_domain.empty()) return Shown::nothing;
  reference::error_bound(c.problem, prepared.call.tensors, certified.truth, arithmetic, certified.bound);
  readings::BookProducts shared(c.problem, prepared.call.tensors);
  if (!readings::shows(decisions, prepared.call, arithmetic, certified, &shared)) return Shown::nothing;
  for (std::size_t k = 0; k < certified.truth.heads.size(); ++k) {
    const std::int64_t b = std::int64_t(k) / c.problem.heads, h = std::int64_t(k) % c.problem.heads;
    const reference::Matrix out =
        readings::evaluate(decisions, prepared.call.tensors, b, h, 0, c.problem.queries, &shared).head.out;
    const reference::Matrix& bound = certified.bound.heads[k].out;
    for (reference::Index i = 0; i < out.rows(); ++i)
      for (reference::Index d = 0; d < out.cols(); ++d)
        if (!(error_over_bound(out(i, d), certified.truth.heads[k].out(i, d), 2 * bound(i, d)) <= 1)) return Shown::out;
  }
  return Shown::lse;
}

}  // namespace boresight::properties::lint
