// The kernel `simd/flash`: many queries at once. All of the specification but f64.
#pragma once

#include <vector>

#include "problem/kernel.h"

namespace boresight::impl::simd {

// A row for each instruction set.
std::vector<Kernel> flash_kernels();

}  // namespace boresight::impl::simd
