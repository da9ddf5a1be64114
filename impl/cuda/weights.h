// From scores to what a row comes to: its running maximum and denominator. Scores are natural here, exponentials those of 2.
#pragma once

#include <cmath>
#include <cstdint>

#include "impl/cuda/scorer.h"

namespace boresight::impl::cuda {

inline constexpr float log2_of_e = 1.44269504f;

// e^(score - reference). A reference of minus infinity: nothing was seen yet, and the score is minus infinity too.
DEVICE float weight_of(float score, float reference) {
  return exp2_approx((score - (reference == minus_infinity ? 0.0f : reference)) * log2_of_e);
}

// What a row comes to.
struct RowEnd {
  float factor;  // of its sums
  float lse;
};
// Takes up the scores that have no value, the zero key and the sink.
DEVICE RowEnd end_row(const Call& call, std::int32_t head, float reference, float denominator) {
  float factor = 1;
  const auto take = [&](float score) {
    const float larger = fmaxf(reference, score), step = weight_of(reference, larger);
    factor *= step;
    denominator = denominator * step + weight_of(score, larger);
    reference = larger;
  };
  if (call.zero_kv) take(0.0f);
  if (call.sinks.there()) take(call.sinks.element(call.sinks.offset(head)));
  if (reference == minus_infinity) return {0.0f, minus_infinity};
  return {factor / denominator, reference + logf(denominator)};
}

}  // namespace boresight::impl::cuda
