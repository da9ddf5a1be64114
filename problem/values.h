// Input values as a pure function of (seed, tensor, index): no state and no library distribution, so that a token
// gives the same bytes on any machine, and shrinking one size keeps every other value.
// Integer arithmetic and exact doubles only; the one rounding is the last, to the tensor's type.
#pragma once

#include <bit>
#include <cstdint>

#include "problem/type.h"

namespace boresight {

// Which tensor a value belongs to. The numbers are part of the token format bs1: never change them.
enum class Source : std::uint64_t {
  q = 1,
  mem_k,
  mem_v,
  memory_k,
  memory_v,
  segment_k,
  segment_v,
  key_mask,
  memory_mask,
  attention_mask,
  slopes,
  bucket_table,
  distance_table,
  dense,
  dense_hidden,
  forget,
  sinks,
  query_positions,
  key_positions,
  inverse_frequency,
  xpos_scale,
};

// 64 well-mixed bits of 64.
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Bits mixed with one more index.
constexpr std::uint64_t element_bits(std::uint64_t row, std::int64_t d) {
  return mix(row + 0x9e3779b97f4a7c15u * (std::uint64_t(d) + 1));
}

// The bits of one head (two leading indices) of a tensor, and of one row (all but the last index). Row c of a head is
// element_bits(head_bits, c), and element d of a row element_bits(row_bits, d).
constexpr std::uint64_t head_bits(std::uint64_t seed, Source source, std::int64_t a, std::int64_t b) {
  return element_bits(element_bits(mix(seed + 0x9e3779b97f4a7c15u * std::uint64_t(source)), a), b);
}
constexpr std::uint64_t row_bits(std::uint64_t seed, Source source, std::int64_t a, std::int64_t b = 0, std::int64_t c = 0) {
  return element_bits(head_bits(seed, source, a, b), c);
}

// About N(0, 1): four 16-bit uniforms summed; every result is an exact double with 18 bits, and below 3.5 in size.
constexpr double normal(std::uint64_t bits) {
  const std::int64_t sum = std::int64_t(bits & 0xffff) + std::int64_t((bits >> 16) & 0xffff) +
                           std::int64_t((bits >> 32) & 0xffff) + std::int64_t(bits >> 48);
  return double(sum - 131070) * 0x1.bcp-16;  // sqrt(3) / 65536, to eight bits
}

// -2, -1, 0, 1 or 2.
constexpr double small_integer(std::uint64_t bits) { return double(std::int64_t((bits >> 32) * 5 >> 32) - 2); }

// In [0, 1), 32 bits.
constexpr double uniform(std::uint64_t bits) { return double(bits >> 32) * 0x1p-32; }

// Round to nearest, ties to even; beyond the finite range infinity.
constexpr std::uint16_t to_bf16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return std::uint16_t((bits >> 16) | 0x40u);  // NaN stays NaN
  return std::uint16_t((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

constexpr std::uint16_t to_f16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint16_t sign = std::uint16_t((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return std::uint16_t(sign | 0x7e00u);   // NaN
  if (magnitude >= 0x477ff000u) return std::uint16_t(sign | 0x7c00u);  // 65520 and above round to infinity
  if (magnitude < 0x33000001u) return sign;                            // 2^-25 and below round to zero
  if (magnitude < 0x38800000u) {  // subnormal: 0.5 has the unit in the last place of f16 subnormals, so adding it rounds
    const std::uint32_t sum = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f);
    return std::uint16_t(sign | (sum - 0x3f000000u));
  }
  const std::uint32_t rebiased = magnitude - 0x38000000u;  // a carry walks into the exponent, which is right
  return std::uint16_t(sign | ((rebiased + 0xfffu + ((rebiased >> 13) & 1u)) >> 13));
}

// Writes a value into element `index` of an array of the type.
inline void store(void* data, Type type, std::int64_t index, double value) {
  switch (type) {
    case Type::f64:
      static_cast<double*>(data)[index] = value;
      break;
    case Type::f32:
      static_cast<float*>(data)[index] = static_cast<float>(value);
      break;
    case Type::bf16:
      static_cast<std::uint16_t*>(data)[index] = to_bf16(static_cast<float>(value));
      break;
    case Type::f16:
      static_cast<std::uint16_t*>(data)[index] = to_f16(static_cast<float>(value));
      break;
    case Type::u8:
      static_cast<std::uint8_t*>(data)[index] = std::uint8_t(value);
      break;
    case Type::i32:
      static_cast<std::int32_t*>(data)[index] = std::int32_t(value);
      break;
  }
}

}  // namespace boresight
