// Every call of CUDA's runtime goes through check(). For nvcc alone.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "impl/cuda/gpu/device.h"

namespace boresight::impl::cuda::gpu {

// Throws Failure where the call, of this name, has failed. Waits for nothing. `bytes`: how much memory it asked for, and `of`
// which.
void check(cudaError_t answer, const char* call, std::size_t bytes = 0, Where of = Where::device);

}  // namespace boresight::impl::cuda::gpu
