// The field: numbers over which attention is exact. p = 2^31 - 1. Scores are integers mod p - 1, weights integers mod p, and
// exp(x) is 7^x mod p; 7 generates, so no two scores share a weight. Nothing rounds, nothing is small: every key weighs the
// same, and one wrong key, score or factor shows in every digit. Scores and weights are types that can't be mixed.
// What a field lacks: an order (any score may be the reference, so a wandering one is), and infinities (1 / 0 is
// `undefined`, which no sum or product leaves again, as NaN).
#pragma once

#include <cstdint>

#include "problem/values.h"

namespace boresight::field {

inline constexpr std::uint64_t prime = (std::uint64_t{1} << 31) - 1;

// The exponent of a weight.
struct Score {
  std::uint32_t exponent = 0;  // mod p - 1
  bool operator==(const Score&) const = default;
};
constexpr Score score_of(std::int64_t number) {
  constexpr std::int64_t order = std::int64_t(prime) - 1;
  return {std::uint32_t((number % order + order) % order)};
}
constexpr Score operator+(Score a, Score b) { return score_of(std::int64_t(a.exponent) + b.exponent); }
constexpr Score operator-(Score a, Score b) { return score_of(std::int64_t(a.exponent) - b.exponent); }

struct Weight {
  std::uint32_t residue = 0;  // mod p; p itself: undefined
  bool operator==(const Weight&) const = default;
};
inline constexpr Weight undefined{std::uint32_t(prime)};
constexpr Weight operator+(Weight a, Weight b) {
  if (a == undefined || b == undefined) return undefined;
  return {std::uint32_t((std::uint64_t{a.residue} + b.residue) % prime)};
}
constexpr Weight operator*(Weight a, Weight b) {
  if (a == undefined || b == undefined) return undefined;
  return {std::uint32_t(std::uint64_t{a.residue} * b.residue % prime)};
}
constexpr Weight power(Weight base, std::uint64_t exponent) {
  Weight result{1};
  for (; exponent > 0; exponent /= 2, base = base * base)
    if (exponent % 2 == 1) result = result * base;
  return result;
}

// 7^score.
Weight exponential(Score score);

// Minus infinity apart, a log of a sum is told by the sum.
struct LogSum {
  bool empty = true;
  Weight sum{};
  bool operator==(const LogSum&) const = default;
};

// The Arithmetic that impl/online_softmax.h asks for.
struct Field {
  using Score = field::Score;
  using Weight = field::Weight;
  using LogSum = field::LogSum;
  static Weight exp_difference(Score a, Score b) { return exponential(a - b); }
  // The reference to go on with wanders: over the one, the other, and scores that never were.
  static Score larger(Score a, Score b) {
    const std::uint64_t bits = mix(std::uint64_t{a.exponent} * 31 + b.exponent);
    return bits % 3 == 0 ? a : bits % 3 == 1 ? b : score_of(std::int64_t(bits >> 8));
  }
  static Weight quotient(Weight a, Weight b) { return b == Weight{} ? undefined : a * power(b, prime - 2); }
  static LogSum log_sum(Score m, Weight l) { return {false, exponential(m) * l}; }
  static LogSum empty_log_sum() { return {}; }
};

}  // namespace boresight::field
