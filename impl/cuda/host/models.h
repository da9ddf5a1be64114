// What the instructions of a warp compute, as plain functions over what its 32 lanes hold: the models that the runtime runs and
// that the wrappers in machine/device.h are held to on a GPU. Fragments as the PTX ISA draws them for mma.m16n8k16.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "impl/convert.h"
#include "impl/cuda/machine/types.h"

namespace boresight::impl::cuda::models {

// Where an element of a lane's fragment stands in the matrix.
struct At {
  int row, column;
};
// A, 16 x 16: elements 0 .. 7, two in each of four registers.
constexpr At a_at(int lane, int element) {
  const int group = lane / 4, pair = lane % 4, reg = element / 2;
  return {group + (reg % 2) * 8, pair * 2 + element % 2 + (reg / 2) * 8};
}
// B, 16 x 8: elements 0 .. 3, two in each of two registers.
constexpr At b_at(int lane, int element) { return {(lane % 4) * 2 + element % 2 + (element / 2) * 8, lane / 4}; }
// C and D, 16 x 8: elements 0 .. 3, one in each of four registers.
constexpr At d_at(int lane, int element) { return {lane / 4 + (element / 2) * 8, (lane % 4) * 2 + element % 2}; }

template <class Element>
constexpr float widen(std::uint16_t half) {
  static_assert(std::is_same_v<Element, Bf16> || std::is_same_v<Element, F16>);
  if constexpr (std::is_same_v<Element, Bf16>)
    return from_bf16(half);
  else
    return from_f16(half);
}
template <class Element>
constexpr std::uint16_t narrow(float value) {
  static_assert(std::is_same_v<Element, Bf16> || std::is_same_v<Element, F16>);
  if constexpr (std::is_same_v<Element, Bf16>)
    return round_to_bf16(value);
  else
    return round_to_f16(value);
}
template <class Element>
constexpr std::uint32_t pack(float low, float high) {
  return std::uint32_t(narrow<Element>(low)) | std::uint32_t(narrow<Element>(high)) << 16;
}

// The float next to `value` on the side of zero, or itself. Beyond the finite range lies infinity.
inline float toward_zero(double value) {
  const float nearest = float(value);
  const bool outward = std::fabs(double(nearest)) > std::fabs(value) && !std::isinf(nearest);
  return outward ? std::bit_cast<float>(std::bit_cast<std::uint32_t>(nearest) - 1u) : nearest;
}

// What a lane brings to multiply_add: d[4] is read and written.
struct Product {
  float* d;
  const std::uint32_t* a;  // [4]
  const std::uint32_t* b;  // [2]
};

// d += a b. Products are exact and summed in double; the sum is truncated to f32 once, since tensor cores may truncate.
template <class Element>
void multiply_add(const Product (&lanes)[warp_size]) {
  double a[16][16], b[16][8], d[16][8];
  const auto half = [](const std::uint32_t* registers, int element) {
    return double(widen<Element>(std::uint16_t(registers[element / 2] >> (element % 2 * 16))));
  };
  for (int lane = 0; lane < warp_size; ++lane) {
    for (int e = 0; e < 8; ++e) a[a_at(lane, e).row][a_at(lane, e).column] = half(lanes[lane].a, e);
    for (int e = 0; e < 4; ++e) b[b_at(lane, e).row][b_at(lane, e).column] = half(lanes[lane].b, e);
    for (int e = 0; e < 4; ++e) d[d_at(lane, e).row][d_at(lane, e).column] = double(lanes[lane].d[e]);
  }
  for (int row = 0; row < 16; ++row)
    for (int k = 0; k < 16; ++k)
      for (int column = 0; column < 8; ++column) d[row][column] += a[row][k] * b[k][column];
  for (int lane = 0; lane < warp_size; ++lane)
    for (int e = 0; e < 4; ++e) lanes[lane].d[e] = toward_zero(d[d_at(lane, e).row][d_at(lane, e).column]);
}

// What a lane brings to load_matrices: 16 bytes of a row, and the registers r[4].
struct Rows {
  std::uint32_t* r;
  const void* row;
};

inline void load_matrices(const Rows (&lanes)[warp_size], bool transposed) {
  const auto element = [&](int matrix, int row, int column) {
    std::uint16_t half;
    std::memcpy(&half, static_cast<const char*>(lanes[matrix * 8 + row].row) + column * 2, 2);
    return std::uint32_t(half);
  };
  for (int lane = 0; lane < warp_size; ++lane)
    for (int matrix = 0; matrix < 4; ++matrix) {
      const int group = lane / 4, pair = lane % 4 * 2;
      const std::uint32_t low = transposed ? element(matrix, pair, group) : element(matrix, group, pair);
      const std::uint32_t high = transposed ? element(matrix, pair + 1, group) : element(matrix, group, pair + 1);
      lanes[lane].r[matrix] = low | high << 16;
    }
}

// 2^x by ex2.approx.ftz.f32: subnormal arguments and results are 0; otherwise within 2^-22 of the truth, relatively. The last
// bit is off on purpose, up or down or not at all by the argument's bits, so that who relies on it is found. Exact at 0.
inline float exp2_approx(float x) {
  constexpr float least = std::numeric_limits<float>::min(), most = std::numeric_limits<float>::max();
  if (std::fabs(x) < least) return 1.0f;
  const float nearest = std::exp2(x);
  if (!(nearest >= least)) return nearest < least ? 0.0f : nearest;
  if (nearest == least || nearest >= most) return nearest;
  const std::uint32_t mixed = std::bit_cast<std::uint32_t>(x) * 0x9e3779b9u >> 16;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(nearest) + mixed % 3u - 1u);
}

}  // namespace boresight::impl::cuda::models
