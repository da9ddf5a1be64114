// A number as a tensor of the type would hold it.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "problem/values.h"

namespace boresight::properties::lint {

inline double rounded(Type type, double x) {
  using Eigen::numext::bit_cast;
  const float single = static_cast<float>(x);
  if (type == Type::bf16) return double(float(bit_cast<Eigen::bfloat16>(to_bf16(single))));
  if (type == Type::f16) return double(float(bit_cast<Eigen::half>(to_f16(single))));
  return type == Type::f32 ? double(single) : x;
}

}  // namespace boresight::properties::lint
