// What both sides of machine.h name: a place in a grid, and the element types of a product.
#pragma once

#include <cstdint>

namespace boresight::impl::cuda {

inline constexpr int warp_size = 32;

struct Index {
  std::int32_t x = 0, y = 0, z = 0;
};

// Elements of 16 bits, by name alone: where they lie they are std::uint16_t, in registers two in a std::uint32_t.
struct Bf16 {};
struct F16 {};

}  // namespace boresight::impl::cuda
