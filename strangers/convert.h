// Between the vocabulary and its C interface (problem/boresight.h): problems and options go out, a declared arithmetic comes in
// and is looked at, since a stranger made it.
#pragma once

#include <array>

#include "problem/arithmetic.h"
#include "problem/boresight.h"
#include "problem/kernel.h"
#include "problem/problem.h"
#include "problem/result.h"
#include "problem/tensors.h"

namespace boresight::strangers {

boresight_problem to_c(const Problem& problem);
boresight_options to_c(const Options& options);
DLDataType to_c(Type type);

// What boresight_kernel.arithmetic finds filled in: a plain loop in f32.
boresight_arithmetic plain_arithmetic(const Problem& problem);

// The first promise that is none, with the range; or the arithmetic.
Result<Arithmetic> from_c(const boresight_arithmetic& declared);

// One tensor of a call, on both sides of the interface.
struct TensorPair {
  const char* name;
  Tensor Tensors::* ours;
  const DLTensor* boresight_tensors::* theirs;
  bool output = false;
};
inline constexpr std::size_t tensor_count = 22;
extern const std::array<TensorPair, tensor_count> tensor_pairs;

}  // namespace boresight::strangers
