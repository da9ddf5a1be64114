// The kernel `simd/decode`: few queries against many keys. All of the specification but f64.
#pragma once

#include <vector>

#include "problem/kernel.h"

namespace boresight::impl::simd {

// A row for each instruction set.
std::vector<Kernel> decode_kernels();

}  // namespace boresight::impl::simd
