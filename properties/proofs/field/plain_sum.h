// The plain sum: what a row of attention is by the specification, term by term: a third statement of it, beside the
// reference's and the kernels', which shares no decision with either. It walks the three parts of the keys by themselves, so
// that no column is ever turned back into a position.
#pragma once

#include <cstdint>
#include <vector>

#include "properties/proofs/field/field_problem.h"

namespace boresight::field {

// Sums of a row, in the scale of score 0: [width] of weight * value, and of the weights.
struct Sums {
  bool empty = true;  // no column is visible, and there is neither a zero key nor a sink
  std::vector<Weight> values;
  Weight weights{};
  bool operator==(const Sums&) const = default;
};

Sums plain_sum(const FieldProblem& f, std::int64_t head, std::int64_t row);

// Whether the row of the head sees key `index` of part 0 (mem_kv), 1 (memories) or 2 (segment).
bool sees(const FieldProblem& f, std::int64_t head, std::int64_t row, int part, std::int64_t index);

}  // namespace boresight::field
