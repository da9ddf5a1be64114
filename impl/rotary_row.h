// Rotary rows: turns rows of queries and keys by their positions (RoPE, Su et al. 2021), and scales them (XPOS, Sun et
// al. 2022). Angles, sines and factors are doubles, computed from the exact integer position; each turned element is
// rounded to f32 once. The turns of the last positions asked for are kept, since heads ask for the same ones in turn.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "impl/parameters.h"

namespace boresight::impl {

class RotaryRows {
 public:
  enum class Side { queries, keys };

  RotaryRows(const Problem& problem, const Tensors& tensors, Side side)
      : pairs_(problem.rotary.pairs),
        half_(problem.rotary.dims / 2),
        interpolation_(parameter(problem, problem.rotary.interpolation)),
        xpos_(problem.rotary.xpos.on),
        center_(parameter(problem, problem.rotary.xpos.center)),
        scale_base_(side == Side::keys ? -parameter(problem, problem.rotary.xpos.scale_base)
                                       : parameter(problem, problem.rotary.xpos.scale_base)) {
    if (half_ > 0) frequencies_ = inverse_frequencies(problem, tensors);
    if (xpos_) scales_ = xpos_scales(problem, tensors);
  }

  bool on() const { return half_ > 0; }

  // Makes ready to turn by these positions; what was made ready for the same ones before is kept.
  void prepare(const std::vector<std::int64_t>& positions) {
    if (positions == positions_) return;
    positions_ = positions;
    turns_.clear();
    for (const std::int64_t position : positions)
      for (std::size_t r = 0; r < std::size_t(half_); ++r) turns_.push_back(turn_of(double(position), r));
  }

  // Turns a row by the position of this number among those made ready.
  void turn(std::int64_t number, float* row) const { turn_row(turns_.data() + number * half_, row); }

  // Turns row k of `rows` [..][width] by positions[k], for each k.
  void turn(const std::vector<std::int64_t>& positions, float* rows, std::int64_t width) {
    prepare(positions);
    for (std::size_t k = 0; k < positions.size(); ++k) turn(std::int64_t(k), rows + std::int64_t(k) * width);
  }

 private:
  // What one pair is multiplied by: the factor of XPOS is in both.
  struct Turn {
    double cosine, sine;
  };

  Turn turn_of(double position, std::size_t r) const {
    const double angle = position / interpolation_ * double(frequencies_[r]);
    const double factor = xpos_ ? std::pow(double(scales_[r]), (position - center_) / scale_base_) : 1.0;
    return {factor * std::cos(angle), factor * std::sin(angle)};
  }

  void turn_row(const Turn* turns, float* row) const {
    const bool adjacent = pairs_ == RotaryPairs::adjacent;
    for (std::int64_t r = 0; r < half_; ++r) {
      float& first = row[adjacent ? 2 * r : r];
      float& second = row[adjacent ? 2 * r + 1 : r + half_];
      const double a = first, b = second;
      first = float(a * turns[r].cosine - b * turns[r].sine);
      second = float(b * turns[r].cosine + a * turns[r].sine);
    }
  }

  RotaryPairs pairs_;
  std::int64_t half_;  // R/2
  double interpolation_;
  bool xpos_;
  double center_;
  double scale_base_;                        // negative for keys, whose factor is the inverse
  std::vector<float> frequencies_, scales_;  // [R/2]
  std::vector<std::int64_t> positions_;      // that turns_ [..][R/2] are for
  std::vector<Turn> turns_;
};

}  // namespace boresight::impl
