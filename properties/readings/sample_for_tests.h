// Drawn cases for the tests of readings, the same ones on every machine, and the arithmetic they are judged by.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "problem/arithmetic.h"
#include "properties/draw/counted.h"
#include "properties/draw/draw.h"
#include "properties/readings/misread_kernel.h"

namespace boresight::properties::readings {

inline Case drawn_case(std::uint64_t number) {
  CountedChoices choices(number);
  return draw(choices);
}

// One that a reading's bend makes of the drawn one.
inline Case bent_case(const Reading& reading, std::uint64_t number) {
  CountedChoices choices(number);
  Case c = draw(choices);
  reading.bend(c, choices);
  return c;
}

// The same cut down to sizes at which all readings together take milliseconds, with inputs in f32.
inline Case small_case(std::uint64_t number) {
  Case c = drawn_case(number);
  Problem& p = c.problem;
  const std::int64_t cached = p.segment - p.queries;
  p.type = Type::f32;
  p.queries %= 7;
  p.segment = std::max<std::int64_t>(p.queries + cached % 6, 0);
  p.memories = std::min<std::int64_t>(p.memories, 1 + p.memories % 5);
  p.mem_kv = std::min<std::int64_t>(p.mem_kv, 1 + p.mem_kv % 4);
  if (p.window.left > 0) p.window.left %= 5;
  if (p.window.right > 0) p.window.right %= 3;
  if (p.bias.kind == BiasKind::forget) p.queries = std::min(p.queries, p.memories + p.segment);
  return c;
}

// A careful implementation in double, its own powers and frequencies included.
inline Arithmetic f64_arithmetic(const Problem& p) {
  constexpr double u = unit_roundoff(Type::f64);
  Arithmetic a = careful_arithmetic(p);
  a.accumulator_roundoff = u;
  a.accumulator = a.rotated = a.scaled_query = a.scores = a.weights = Type::f64;
  a.exp_error = a.tanh_error = a.log_error = 2 * u;
  const double base = p.rotary.base * p.rotary.base_rescale * p.rotary.base_rescale;
  a.angle_error = p.rotary.dims > 0 && !p.rotary.frequencies_as_data ? (4 + 2 * std::log(base)) * u : 2 * u;
  a.turn_error = p.rotary.xpos.on ? 16 * u : 2 * u;
  return a;
}

}  // namespace boresight::properties::readings
