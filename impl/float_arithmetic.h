// The arithmetic of online_softmax.h that kernels run in: scores and weights are f32, or f64 where that costs nothing; minus
// infinity is the empty lse.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "problem/kernel.h"

namespace boresight::impl {

template <class Real>
struct RealArithmetic {
  using Score = Real;
  using Weight = Real;
  using LogSum = float;
  static Real exp_difference(Real a, Real b) { return std::exp(a - b); }
  static Real larger(Real a, Real b) { return std::max(a, b); }
  static Real quotient(Real a, Real b) { return a / b; }
  static float log_sum(Real m, Real l) { return float(m + Real(std::log(float(l)))); }
  static float empty_log_sum() { return -std::numeric_limits<float>::infinity(); }
};
using FloatArithmetic = RealArithmetic<float>;

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
