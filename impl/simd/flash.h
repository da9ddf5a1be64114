// The kernel `simd/flash`: many queries at once. All of the specification but f64.
#pragma once

#include <span>
#include <vector>

#include "impl/simd/targets.h"
#include "problem/kernel.h"

namespace boresight::impl::simd {

// A row for each instruction set.
std::vector<Kernel> flash_kernels();

// What those rows run, from weak to strong.
std::span<const Target<Run>> flash_targets();

}  // namespace boresight::impl::simd
