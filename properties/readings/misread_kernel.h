// Kernels that take other decisions: the plain evaluator, its results rounded to the problem's types. What the judge is
// tried on: each reading as a kernel of its own, or several at once, and by the book a true one.
#pragma once

#include <functional>
#include <string>

#include "problem/arithmetic.h"
#include "problem/kernel.h"
#include "properties/readings/table.h"

namespace boresight::properties::readings {

// How a kernel takes the decisions of a problem.
using Deciding = std::function<Decisions(const Problem&)>;

// Computes in double and stores in the problem's types; declares the arithmetic of a careful implementation in f32, which
// is looser. An lse that the reading leaves open is -1e30, as a finite fill in the place of -inf makes it.
Kernel misread_kernel(std::string name, Deciding decide);

// Named after the reading: "misread/bias-built-over-persistent-kv".
Kernel misread_kernel(const Reading& reading);

// What misread kernels declare: accumulation in f32 in the order of the entries, weights in f32, a careful exp.
Arithmetic careful_arithmetic(const Problem& problem);

}  // namespace boresight::properties::readings
