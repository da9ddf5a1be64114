// What a problem asks of each tensor: shape, type, and whether it is needed. One table, so that validation, allocation
// and the estimate of memory can't disagree.
#pragma once

#include <array>
#include <cstdint>

#include "problem/problem.h"
#include "problem/tensors.h"

namespace boresight {

enum class Need : std::uint8_t { unused, optional, required };  // a required tensor of no elements may be absent

struct TensorRule {
  const char* name = "";
  Tensor Tensors::* member = nullptr;
  Need need = Need::unused;
  bool rows = false;  // q, keys, values and out: what Case::layout lays out
  Type type = Type::f32;
  Type also = Type::f32;  // a second allowed type, or the same
  int rank = 0;
  std::array<std::int64_t, 4> shape{};
  std::array<bool, 4> broadcast{};  // dimensions that may have size 1 instead

  // In double, since a product of sizes may exceed 64 bits.
  double elements() const {
    double count = 1;
    for (int dimension = 0; dimension < rank; ++dimension) count *= double(shape[dimension]);
    return count;
  }
};

inline constexpr double tensor_elements_max = 0x1p40;  // exclusive

// In the order of input_tensors, then out and lse. The problem must be valid.
std::array<TensorRule, 22> tensor_rules(const Problem& problem);

}  // namespace boresight
