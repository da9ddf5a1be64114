// Numbers that a problem implies rather than gives: geometric slopes, T5 buckets, rotary frequencies, XPOS scales.
// Each is computed in double from parameters that were rounded to f32 before, and itself rounded to f32 once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "problem/problem.h"
#include "problem/tensors.h"

namespace boresight::impl {

// ALiBi's slope of a head among `count` (Press et al. 2022): 2^(-8k/count), k = 1..count, for a power of two. Otherwise the first
// heads have those of the largest power of two below, and the others every second slope of the next power.
float geometric_slope(std::int64_t head, std::int64_t count);

// T5's bucket of a distance (Raffel et al. 2020): the near ones one each, the far ones by logarithm up to max_distance.
std::int64_t relative_bucket(const Bias& bias, std::int64_t distance);

// relative_bucket, by a table of the distances from 0 on as far as it reaches.
class BucketTable {
 public:
  // How many entries are worth having, where distances go from 0 to `longest`; none for another kind of bias.
  static std::size_t entries(const Bias& bias, std::int64_t longest);

  // Fills the memory; distances past it are evaluated when asked for.
  BucketTable(const Bias& bias, std::span<std::int32_t> memory);
  std::int64_t operator()(std::int64_t distance) const;

 private:
  Bias bias_;
  std::span<const std::int32_t> buckets_;  // by distance, for keys in the past
};

// Radians per position of the turned pair r of R/2: base^(-2r/R), or the tensor's where frequencies are data.
float inverse_frequency(const Problem& problem, const Tensors& tensors, std::int64_t r);

// z_r of XPOS, r of R/2: (2r + 0.4R) / (1.4R), or the tensor's where scales are data.
float xpos_scale(const Problem& problem, const Tensors& tensors, std::int64_t r);

}  // namespace boresight::impl
