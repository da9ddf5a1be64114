// One element of a tensor as a double, exactly, whatever its type.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "problem/tensors.h"

namespace boresight::properties::readings {

template <class... Index>
double number(const Tensor& tensor, Index... index) {
  using Eigen::numext::bit_cast;
  switch (tensor.type) {
    case Type::f64:
      return tensor.at<double>(index...);
    case Type::f32:
      return double(tensor.at<float>(index...));
    case Type::bf16:
      return double(float(bit_cast<Eigen::bfloat16>(tensor.at<std::uint16_t>(index...))));
    case Type::f16:
      return double(float(bit_cast<Eigen::half>(tensor.at<std::uint16_t>(index...))));
    case Type::u8:
      return double(tensor.at<std::uint8_t>(index...));
    case Type::i32:
      return double(tensor.at<std::int32_t>(index...));
  }
  return 0;
}

}  // namespace boresight::properties::readings
