#include "properties/probe/plumb.h"

#include <algorithm>
#include <cmath>

#include "properties/probe/levels.h"
#include "properties/probe/lift_search.h"

namespace boresight::properties::probe {
namespace {

void count(Plumb& result) {
  for (const HeadPlumb& head : result.heads) {
    const auto of = [&](Seen seen) { return std::count(head.seen.begin(), head.seen.end(), seen); };
    result.elements += std::int64_t(head.seen.size());
    result.visible += of(Seen::visible);
    result.hidden += of(Seen::hidden);
    result.below_reach += of(Seen::below_reach);
    result.broken += of(Seen::broken);
  }
}

// The plain calls first; then what their bounds leave unknown is lifted until it shows, or is hidden.
void probe_all(Probing& probing) {
  const std::string& refused = probing.result.refused;
  if (!start(probing)) return;
  const PlainWeights plain = plain_weights(probing);
  if (!refused.empty()) return;
  read_levels(probing, plain);
  lift_unknown(probing, plain);
  if (refused.empty()) count(probing.result);
}

}  // namespace

Plumb plumb(const Case& a_case, const Kernel& kernel) {
  Probing probing(a_case, kernel);
  probe_all(probing);
  if (!probing.result.refused.empty()) probing.result.heads.clear();
  return std::move(probing.result);
}

double plumb_work(const Problem& p) {
  const double blocks = std::ceil(double(p.columns()) / double(p.value_dim));
  const double entries = double(std::max<std::int64_t>(p.head_dim - p.rotary.dims, std::min<std::int64_t>(2, p.head_dim)));
  const double calls = blocks * (1 + 2 * std::ceil(double(p.value_dim) / entries));
  return calls * double(p.batch * p.heads) * double(p.queries) * double(p.columns() + 1) * double(p.head_dim + 4 * p.value_dim);
}

}  // namespace boresight::properties::probe
