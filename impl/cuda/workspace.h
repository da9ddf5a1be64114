// How much memory the kernels of a call work in, wherever they run.
#pragma once

#include <cstddef>

#include "impl/cuda/algorithm.h"

namespace boresight::impl::cuda {

// Bytes, of a block at a multiple of simd::Workspace::alignment. Of tensors nothing but shapes, types and strides is looked at.
std::size_t workspace_bytes(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options);

}  // namespace boresight::impl::cuda
