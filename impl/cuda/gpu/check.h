// Every call of CUDA's runtime goes through check(). For nvcc alone.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace boresight::impl::cuda::gpu {

// Throws Failure where the call, of this name, has failed. `bytes`: how much memory it asked for.
void check(cudaError_t answer, const char* call, std::size_t bytes = 0);

}  // namespace boresight::impl::cuda::gpu
