// Kernels for another machine that are run on this one by a model of it. They take ten times as long as others, so where many
// kernels are tried on many cases these are tried on one in so many, beside the others; alone, on all.
#pragma once

#include "problem/kernel.h"

namespace boresight {

inline constexpr int emulated_one_in = 8;

inline bool is_emulated(const Kernel& kernel) { return kernel.instruction_set == "host"; }

}  // namespace boresight
