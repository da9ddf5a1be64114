// The element types that tensors hold, and their rounding constants.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace boresight {

// f64 exists for the reference's own checks; kernels take f32, bf16 and f16. u8 holds masks, i32 positions.
enum class Type : std::uint8_t { f32, bf16, f16, f64, u8, i32 };

constexpr std::size_t bytes(Type type) {
  switch (type) {
    case Type::f64:
      return 8;
    case Type::f32:
    case Type::i32:
      return 4;
    case Type::bf16:
    case Type::f16:
      return 2;
    case Type::u8:
      return 1;
  }
  return 0;
}

constexpr std::string_view name(Type type) {
  switch (type) {
    case Type::f64:
      return "f64";
    case Type::f32:
      return "f32";
    case Type::bf16:
      return "bf16";
    case Type::f16:
      return "f16";
    case Type::u8:
      return "u8";
    case Type::i32:
      return "i32";
  }
  return "?";
}

constexpr bool is_float(Type type) { return type != Type::u8 && type != Type::i32; }

// Half the distance from 1 to the next number: the largest relative error of rounding to nearest.
constexpr double unit_roundoff(Type type) {
  switch (type) {
    case Type::f64:
      return 0x1p-53;
    case Type::f32:
      return 0x1p-24;
    case Type::bf16:
      return 0x1p-8;
    case Type::f16:
      return 0x1p-11;
    default:
      return 0;
  }
}

constexpr double smallest_normal(Type type) {
  switch (type) {
    case Type::f64:
      return 0x1p-1022;
    case Type::f32:
    case Type::bf16:
      return 0x1p-126;
    case Type::f16:
      return 0x1p-14;
    default:
      return 0;
  }
}

constexpr double smallest_subnormal(Type type) { return smallest_normal(type) * 2 * unit_roundoff(type); }

constexpr double largest_finite(Type type) {
  switch (type) {
    case Type::f64:
      return 0x1.fffffffffffffp1023;
    case Type::f32:
      return 0x1.fffffep127;
    case Type::bf16:
      return 0x1.fep127;
    case Type::f16:
      return 65504;
    default:
      return 0;
  }
}

}  // namespace boresight
