// The CUDA kernels on a GPU, for tensors in the host's memory: they are copied there and back.
#pragma once

#include <string>

#include "impl/cuda/algorithm.h"
#include "problem/kernel.h"

namespace boresight::impl::cuda::gpu {

// Why they can't run here; empty: they can.
std::string unavailable();

void run(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options);

}  // namespace boresight::impl::cuda::gpu
