// How much memory the kernels of a call work in, wherever they run.
#pragma once

#include <cstddef>

#include "impl/cuda/algorithm.h"

namespace boresight::impl::cuda {

// Bytes, of a block at a multiple of simd::Workspace::alignment. Of tensors their data is not read; but whether it lies at a
// multiple of 16 bytes decides what cuda/tensor_core packs.
std::size_t workspace_bytes(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options);

}  // namespace boresight::impl::cuda
