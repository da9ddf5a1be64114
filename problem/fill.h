// The recipes of input values: what each tensor of a Case holds. Part of the token format bs1.
#pragma once

#include "problem/case.h"
#include "problem/tensors.h"

namespace boresight {

// Writes every tensor that is present, out and lse apart. The tensors have the shapes that make_inputs gives them.
void fill(const Case& a_case, const Tensors& tensors);

}  // namespace boresight
