// The checked way to run a kernel: whatever a caller hands over that can be seen to be wrong is told, and nothing has been
// written then. For those who call a kernel with data from outside; the judge, whose calls are its own, runs it directly.
#pragma once

#include "problem/kernel.h"
#include "problem/result.h"

namespace boresight {

// The first field outside its range, with the range; or success.
Status validate(const Options& options);

// That out is there, and that no output overlaps itself: of shapes that are valid, wherever they lie.
Status validate_outputs_alone(const Problem& problem, const Tensors& tensors);
// That no output overlaps another tensor. Shapes and places must be valid.
Status validate_outputs_apart(const Problem& problem, const Tensors& tensors);

// Computes tensors.out, and tensors.lse where present. An error where the kernel is not available or does not take the problem,
// where problem, options or tensors are not valid (validate()), where out is absent, where an output overlaps itself or any
// other tensor, and where the kernel throws. What nobody can see is the caller's: that the memory a tensor names is there.
Status attend(const Kernel& kernel, const Problem& problem, const Tensors& tensors, const Options& options = {});

}  // namespace boresight
