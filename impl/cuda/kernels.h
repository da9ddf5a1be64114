// The rows of the CUDA kernels: each on a GPU, and the same source on the host, where a block's threads are fibers.
#pragma once

#include <vector>

#include "problem/kernel.h"

namespace boresight::impl::cuda {

// Rows that can't run here say why: without a GPU those @gpu, without fibers those @host.
std::vector<Kernel> kernels();

}  // namespace boresight::impl::cuda
