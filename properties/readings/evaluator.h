// The plain evaluator: attention in double by direct loops, every decision asked of a Decisions. By the book it equals the
// reference, though neither knows the other; under a reading it is what that reading's kernel would compute.
#pragma once

#include <cstdint>
#include <vector>

#include "problem/arithmetic.h"
#include "properties/readings/decisions.h"
#include "reference/error_bound.h"

namespace boresight::properties::readings {

// Rows [first, last) of one sequence and query head. The Head's columns are [ zero | P + M + S | sink ], the first and the
// last only where the problem as read has them: the sink is a column of value 0.
struct Evaluation {
  reference::Head head;
  reference::HeadBound bound;     // of the declared arithmetic
  std::vector<bool> lse_is_open;  // rows whose lse the reading leaves open
};

Evaluation evaluate(const Decisions& decisions, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t first,
                    std::int64_t last, const Arithmetic& arithmetic);

}  // namespace boresight::properties::readings
