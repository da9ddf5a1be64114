// The arithmetic that a kernel declares: what reference/error_bound.h needs to certify a bound for it.
// A declaration is a promise: an upper bound on each rounding that the kernel commits.
#pragma once

#include <cstdint>

#include "problem/type.h"

namespace boresight {

enum class Merge : std::uint8_t { by_max_and_sum, by_lse };  // how split parts are put together

struct Arithmetic {
  double accumulator_roundoff = 0x1p-24;  // 2^-24 to nearest, 2^-23 truncating
  std::int64_t dot_chain = 0;             // additions on the longest path of one q.k
  std::int64_t value_chain = 0;           // additions on the longest path of one output element, and of the denominator
  std::int64_t rescales = 0;              // most changes of a row's running maximum, merges of parts included
  Type accumulator = Type::f32;           // whose smallest numbers bound what products lose to underflow
  Type rotated = Type::f32;               // in which rotated q and k are stored
  Type scaled_query = Type::f32;          // in which q is stored where the scale is folded into it; f32: not narrowed
  Type scores = Type::f32;                // in which scores are stored before the exponential
  Type weights = Type::f32;               // in which weights meet values
  double exp_error = 0x1p-23;             // relative, of the exponential for an exact argument
  int exp_argument_roundings = 1;         // roundings of its argument: 1 for exp(s - m), 2 or 3 by way of exp2
  double tanh_error = 0x1p-22;            // relative
  double log_error = 0x1p-23;             // relative
  double angle_error = 0x1p-23;           // of a rotary angle, relative to the angle
  double turn_error = 0x1p-23;            // of cos and sin, absolute, and of an XPOS factor, relative
  bool flushes_subnormals = false;        // of results
  bool flushes_inputs = false;            // subnormal q, k and v count as zero
  Merge merge = Merge::by_max_and_sum;
  bool operator==(const Arithmetic&) const = default;
};

}  // namespace boresight
