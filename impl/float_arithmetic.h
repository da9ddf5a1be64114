// The arithmetic of online_softmax.h that kernels run in: scores and weights are f32, minus infinity is the empty lse.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "problem/kernel.h"

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

// Why a kernel that runs in this arithmetic does not support a problem; empty: it does.
inline std::string unsupported_in_float(const Problem& problem, const Tensors&) {
  return problem.type == Type::f64 ? "type f64: this kernel computes in f32" : "";
}

// The promises that all such kernels share. Seen at most: 1.4 (exp), 2.8 (tanh) and 1.4 (log) times 2^-24.
inline Arithmetic arithmetic_in_float() {
  Arithmetic promise;
  promise.exp_error = 0x1p-23;
  promise.tanh_error = 0x1p-22;
  promise.log_error = 0x1p-23;
  promise.angle_error = 0x1p-51;  // rotary_row.h: a division and a product in double
  promise.turn_error = 0x1p-44;   // sines, cosines and products in double; an exponent of XPOS below 104 nats, rounded in double
  return promise;
}

// Additions among so many terms, the first of which is added to zero.
constexpr std::int64_t links(std::int64_t terms) { return std::max<std::int64_t>(terms - 1, 0); }

}  // namespace boresight::impl
