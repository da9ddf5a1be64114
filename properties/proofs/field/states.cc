#include "properties/proofs/field/subject.h"

namespace boresight::field {

Sums sums_of(const State& state, std::int64_t width) {
  const Weight factor = exponential(state.reference);
  Sums sums{!state.any, std::vector<Weight>(std::size_t(width)), factor * state.denominator};
  for (std::size_t e = 0; e < sums.values.size(); ++e)
    sums.values[e] = e < state.sums.size() ? factor * state.sums[e] : undefined;  // a row that was cut is no row
  return sums;
}

void end_row(const Subject& subject, const FieldProblem& f, std::int64_t head, State& state) {
  if (f.c.zero_key == 1) subject.absorb_without_value(state, {});
  if (f.c.sink == 1) subject.absorb_without_value(state, f.sinks[std::size_t(head)]);
}

}  // namespace boresight::field
