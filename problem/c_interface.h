// Between the vocabulary and its C interface (problem/boresight.h), both ways: what goes out is valid, and what comes in is
// looked at as far as a Problem or a Tensor could not say it; the rest is for validate() to find.
#pragma once

#include <array>
#include <cstddef>

#include "problem/boresight.h"
#include "problem/kernel.h"
#include "problem/problem.h"
#include "problem/result.h"
#include "problem/tensors.h"

namespace boresight {

boresight_problem to_c(const Problem& problem);
boresight_options to_c(const Options& options);
DLDataType to_c(Type type);

// The first number that is none of its enum's, or a switch that is neither 0 nor 1, with the range; or the problem.
Result<Problem> from_c(const boresight_problem& problem);
Options from_c(const boresight_options& options);

// One tensor of a call, on both sides of the interface.
struct TensorPair {
  const char* name;
  Tensor Tensors::* ours;
  const DLTensor* boresight_tensors::* theirs;
  bool output = false;
};
inline constexpr std::size_t tensor_count = 22;
extern const std::array<TensorPair, tensor_count> tensor_pairs;

// An address where no memory is, with as much room on either side as any tensor takes: of tensors whose data is to come.
void* nowhere();

// Whether tensors bring their data, or are described before there is any: each then lies nowhere.
enum class Data { there, to_come };

// The first tensor that no Tensor can be, or that is on another device, with what would be right; or the tensors. Strides that
// are NULL are those of a row-major tensor. Allocates nothing but the words of an error.
Result<Tensors> from_c(const boresight_tensors& tensors, Data data, DLDevice where = {kDLCPU, 0});

}  // namespace boresight
