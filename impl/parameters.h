// Numbers that a problem implies rather than gives: geometric slopes, T5 buckets, rotary frequencies, XPOS scales.
// Each is computed in double from parameters that were rounded to f32 before, and itself rounded to f32 once.
#pragma once

#include <cstdint>
#include <vector>

#include "problem/problem.h"
#include "problem/tensors.h"

namespace boresight::impl {

// ALiBi's slopes for `count` heads (Press et al. 2022): 2^(-8k/count), k = 1..count, for a power of two. Otherwise those of
// the largest power of two below, then every second slope of the next power until `count` are had.
std::vector<float> geometric_slopes(std::int64_t count);

// T5's bucket of a distance (Raffel et al. 2020): the near ones one each, the far ones by logarithm up to max_distance.
std::int64_t relative_bucket(const Bias& bias, std::int64_t distance);

// relative_bucket as a table over the distances from 0 to `longest`, or as many of them as are worth a table.
class BucketTable {
 public:
  BucketTable(const Bias& bias, std::int64_t longest);
  std::int64_t operator()(std::int64_t distance) const;

 private:
  Bias bias_;
  std::vector<std::int32_t> buckets_;  // by distance, for keys in the past
};

// Radians per position of each turned pair, [R/2]: base^(-2r/R), or the tensor where frequencies are data.
std::vector<float> inverse_frequencies(const Problem& problem, const Tensors& tensors);

// z_r of XPOS, [R/2]: (2r + 0.4R) / (1.4R), or the tensor where scales are data.
std::vector<float> xpos_scales(const Problem& problem, const Tensors& tensors);

}  // namespace boresight::impl
