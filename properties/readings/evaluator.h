// The plain evaluator: attention in double by direct loops, every decision asked of a Decisions. By the book it equals the
// reference, though neither knows the other; under a reading it is what that reading's kernel would compute.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "problem/arithmetic.h"
#include "properties/readings/decisions.h"
#include "properties/readings/products.h"
#include "reference/error_bound.h"

namespace boresight::properties::readings {

// Rows [first, last) of one sequence and query head. The Head's columns are [ zero | P + M + S | sink ], the first and the
// last only where the problem as read has them: the sink is a column of value 0. What is in `products` the Head leaves empty.
struct Evaluation {
  reference::Head head;
  std::shared_ptr<const Products> products;
  std::vector<bool> lse_is_open;  // rows whose lse the reading leaves open
};

// `shared` (of the same call) saves the products that this reading has in common with the book.
Evaluation evaluate(const Decisions& decisions, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t first,
                    std::int64_t last, BookProducts* shared = nullptr);

// The certified bound of the declared arithmetic around what a reading computes.
reference::HeadBound bound(const Evaluation& evaluation, const Decisions& decisions, const Tensors& tensors,
                           const Arithmetic& arithmetic);

}  // namespace boresight::properties::readings
