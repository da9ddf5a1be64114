// What every planned call looks at, wherever its kernels run: once when it is planned, and before each run.
#pragma once

#include <cstddef>

#include "problem/kernel.h"
#include "problem/result.h"

namespace boresight::impl {

// Tensors as a plan keeps them: those that a run will have lie nowhere, since their data is to come.
Tensors as_planned(const Tensors& tensors);

// The first of problem, options, shapes, strides and outputs that no kernel of ours could be planned for, with what is right.
Status validate_plan(const Problem& problem, const Tensors& planned, const Options& options);

// That each tensor is as planned, has data, and that outputs overlap nothing. Reads no data.
Status validate_run(const Problem& problem, const Tensors& planned, const Tensors& tensors);

// That a workspace of so many bytes is at a multiple of `alignment`, a power of two; of 0 bytes it may be anywhere.
Status validate_workspace(const void* workspace, std::size_t bytes, std::size_t alignment);

}  // namespace boresight::impl
