// The certified bound: how far any correct implementation of the declared arithmetic may be from the truth, for every
// output element and every lse. Derived, never tuned; the derivation is in reference/error_bound.md.
#pragma once

#include <vector>

#include "problem/arithmetic.h"
#include "reference/attention.h"

namespace boresight::reference {

struct HeadBound {
  Matrix out;  // [n][Dv], >= 0
  Vector lse;  // [n], >= 0
};

struct ErrorBound {
  std::vector<HeadBound> heads;  // as Attention::heads
};

ErrorBound error_bound(const Problem& problem, const Tensors& tensors, const Attention& truth, const Arithmetic& arithmetic);
void error_bound(const Problem& problem, const Tensors& tensors, const Attention& truth, const Arithmetic& arithmetic,
                 ErrorBound& result);

}  // namespace boresight::reference
