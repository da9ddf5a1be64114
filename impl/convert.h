// Converts rows of tensors to float and back, whatever their type and stride: one piece of code for f32, bf16 and f16.
// Rounding is to nearest, ties to even; beyond the finite range lies infinity; NaN stays NaN.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "problem/tensors.h"

namespace boresight::impl {

constexpr float from_bf16(std::uint16_t half) { return std::bit_cast<float>(std::uint32_t(half) << 16); }

constexpr float from_f16(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
  const std::uint32_t magnitude = std::uint32_t(half & 0x7fffu) << 13;
  if (magnitude >= 0x0f800000u) return std::bit_cast<float>(sign | 0x70000000u | magnitude);  // infinity and NaN
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112f));
}

constexpr std::uint16_t round_to_bf16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return std::uint16_t(bits >> 16 | 0x40u);
  return std::uint16_t((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

constexpr std::uint16_t round_to_f16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  const float size = std::bit_cast<float>(magnitude);
  if (value != value) return std::uint16_t(sign | 0x7e00u);
  if (size >= 65520.0f) return std::uint16_t(sign | 0x7c00u);
  // Below the smallest normal number: 1/2 has its last bit at 2^-24, where f16 has its subnormals' last bit.
  if (size < 0x1p-14f) return std::uint16_t(sign | (std::bit_cast<std::uint32_t>(size + 0.5f) - 0x3f000000u));
  return std::uint16_t(sign | (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13);
}

// Element at `offset` of a tensor of f32, bf16 or f16.
inline float read_element(const Tensor& tensor, std::int64_t offset) {
  switch (tensor.type) {
    case Type::bf16:
      return from_bf16(static_cast<const std::uint16_t*>(tensor.data)[offset]);
    case Type::f16:
      return from_f16(static_cast<const std::uint16_t*>(tensor.data)[offset]);
    default:
      return static_cast<const float*>(tensor.data)[offset];
  }
}

// The `width` elements from `offset` on, along the tensor's last dimension, as floats.
inline void read_row(const Tensor& tensor, std::int64_t offset, std::int64_t width, float* row) {
  const std::int64_t stride = tensor.stride[std::size_t(tensor.rank - 1)];
  if (tensor.type == Type::f32) {
    const float* data = static_cast<const float*>(tensor.data) + offset;
    if (stride == 1)
      std::memcpy(row, data, std::size_t(width) * sizeof(float));
    else
      for (std::int64_t d = 0; d < width; ++d) row[d] = data[d * stride];
    return;
  }
  const std::uint16_t* data = static_cast<const std::uint16_t*>(tensor.data) + offset;
  if (tensor.type == Type::bf16)
    for (std::int64_t d = 0; d < width; ++d) row[d] = from_bf16(data[d * stride]);
  else
    for (std::int64_t d = 0; d < width; ++d) row[d] = from_f16(data[d * stride]);
}

// Rounds `width` floats into the elements from `offset` on. The tensor is f32, bf16 or f16.
inline void write_row(const Tensor& tensor, std::int64_t offset, std::int64_t width, const float* row) {
  const std::int64_t stride = tensor.stride[std::size_t(tensor.rank - 1)];
  for (std::int64_t d = 0; d < width; ++d) {
    const std::int64_t place = offset + d * stride;
    switch (tensor.type) {
      case Type::bf16:
        static_cast<std::uint16_t*>(tensor.data)[place] = round_to_bf16(row[d]);
        break;
      case Type::f16:
        static_cast<std::uint16_t*>(tensor.data)[place] = round_to_f16(row[d]);
        break;
      default:
        static_cast<float*>(tensor.data)[place] = row[d];
        break;
    }
  }
}

}  // namespace boresight::impl
