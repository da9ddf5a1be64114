#include "properties/lint/shown.h"

#include "properties/prepared.h"
#include "properties/readings/fit.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/power.h"
#include "reference/error_bound.h"

namespace boresight::properties::lint {

Shown shown(const readings::Reading& reading, const Case& c) {
  if (!validate(c) || !readings::applies(reading, c.problem)) return Shown::nothing;
  const Prepared prepared = prepare(c);
  const Arithmetic arithmetic = readings::careful_arithmetic(c.problem);
  Certified certified;
  reference::attend(c.problem, prepared.call.tensors, certified.truth);
  if (!certified.truth.out_of_domain.empty()) return Shown::nothing;
  reference::error_bound(c.problem, prepared.call.tensors, certified.truth, arithmetic, certified.bound);
  readings::BookProducts shared(c.problem, prepared.call.tensors);
  const auto shows = [&](readings::Seen where) {
    return readings::shows(readings::under(reading, c.problem), prepared.call, arithmetic, certified, &shared, where);
  };
  if (!shows(readings::Seen::in_out_or_lse)) return Shown::nothing;
  return shows(readings::Seen::in_out) ? Shown::out : Shown::lse;
}

}  // namespace boresight::properties::lint
