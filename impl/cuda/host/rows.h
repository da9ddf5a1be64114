// The CUDA kernels on the host: the same source, every thread a fiber.
#pragma once

#include <string>

#include "impl/cuda/algorithm.h"
#include "problem/kernel.h"

namespace boresight::impl::cuda::host {

// Why they can't run here; empty: they can.
std::string unavailable();

// Blocks and threads go in an order that follows from the call, so that a call does the same whenever it is made.
void run(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options);

}  // namespace boresight::impl::cuda::host
