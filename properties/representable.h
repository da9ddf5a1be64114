// Whether rounding a number to a type would change it.
#pragma once

#include <algorithm>
#include <cmath>

#include "problem/type.h"

namespace boresight::properties {

// Whether the type holds this value without rounding it.
inline bool representable(Type type, double value) {
  if (type == Type::f64 || !is_float(type) || value == 0 || std::isinf(value)) return true;
  int exponent = 0;
  std::frexp(value, &exponent);  // |value| < 2^exponent
  const double step = std::max(std::ldexp(unit_roundoff(type), exponent), smallest_subnormal(type));
  return std::abs(value) <= largest_finite(type) && value / step == std::nearbyint(value / step);
}

}  // namespace boresight::properties
