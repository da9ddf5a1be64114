// Attention as an eager framework computes it in a 16-bit type, the yardstick of several suites: scores, bias, softmax and
// product are stored in the type one after another, sums are in f32.
#pragma once

#include <vector>

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/attention.h"

namespace boresight::properties::lint {

struct Eager {
  std::vector<double> out, lse;  // [H][n][Dv] and [H][n], of one or more sequences, heads in the order of the truth
};

// Who sees whom, the turned queries and keys, and the bias are the truth's, the last three rounded to the problem's type.
Eager eager(const Problem& problem, const Tensors& tensors, const reference::Attention& truth);

}  // namespace boresight::properties::lint
