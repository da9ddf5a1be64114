// A kernel's declared arithmetic, as it comes over the C interface (problem/boresight.h): looked at, since a stranger made it.
#pragma once

#include "problem/arithmetic.h"
#include "problem/boresight.h"
#include "problem/problem.h"
#include "problem/result.h"

namespace boresight::strangers {

// What boresight_kernel.arithmetic finds filled in: a plain loop in f32.
boresight_arithmetic plain_arithmetic(const Problem& problem);

// The first promise that is none, with the range; or the arithmetic.
Result<Arithmetic> from_c(const boresight_arithmetic& declared);

}  // namespace boresight::strangers
