// The CUDA kernels on a GPU, for tensors in the host's memory: they are copied there and back.
#pragma once

#include "impl/cuda/algorithm.h"
#include "problem/kernel.h"

namespace boresight::impl::cuda::gpu {

// On the calling thread's device, and a stream of its own. Device memory is kept for later calls. Throws KernelFault:
// what CUDA says, or that a kernel wrote beside a tensor.
void run(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options);

}  // namespace boresight::impl::cuda::gpu
