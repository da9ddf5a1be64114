// The arithmetic of online_softmax.h that kernels run in: scores and weights are f32, minus infinity is the empty lse.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace boresight::impl {

struct FloatArithmetic {
  using Score = float;
  using Weight = float;
  using LogSum = float;
  static float exp_difference(float a, float b) { return std::exp(a - b); }
  static float larger(float a, float b) { return std::max(a, b); }
  static float quotient(float a, float b) { return a / b; }
  static float log_sum(float m, float l) { return m + std::log(l); }
  static float empty_log_sum() { return -std::numeric_limits<float>::infinity(); }
};

}  // namespace boresight::impl
