// Rotary rows: turns rows of queries and keys by their positions (RoPE, Su et al. 2021), and scales them (XPOS, Sun et
// al. 2022). Angles, sines and factors are doubles, computed from the exact integer position; each turned element is
// rounded to f32 once.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/parameters.h"

namespace boresight::impl {

// What one pair is multiplied by: the factor of XPOS is in both.
struct Turn {
  double cosine, sine;
};

// Turns made ready for rows, by their numbers, in memory that is the caller's.
class RotaryRows {
 public:
  enum class Side { queries, keys };

  // How many Turns so many rows need; none without rotary.
  static std::size_t turns(const Problem& problem, std::int64_t rows) {
    return std::size_t(rows) * std::size_t(problem.rotary.dims / 2);
  }

  RotaryRows(const Problem& problem, const Tensors& tensors, Side side, Turn* memory)
      : problem_(problem),
        tensors_(tensors),
        half_(problem.rotary.dims / 2),
        interpolation_(parameter(problem, problem.rotary.interpolation)),
        center_(parameter(problem, problem.rotary.xpos.center)),
        scale_base_(side == Side::keys ? -parameter(problem, problem.rotary.xpos.scale_base)
                                       : parameter(problem, problem.rotary.xpos.scale_base)),
        turns_(memory) {}

  bool on() const { return half_ > 0; }

  // Makes ready the rows with the numbers first, first + 1, .. for position_of(0), position_of(1), ..
  template <class PositionOf>
  void prepare(std::int64_t first, std::int64_t count, PositionOf position_of) {
    const bool xpos = problem_.rotary.xpos.on;
    for (std::int64_t r = 0; r < half_; ++r) {
      const double frequency = inverse_frequency(problem_, tensors_, r), scale = xpos ? xpos_scale(problem_, tensors_, r) : 1.0f;
      for (std::int64_t k = 0; k < count; ++k) {
        const double position = double(position_of(k)), angle = position / interpolation_ * frequency;
        const double factor = xpos ? std::pow(scale, (position - center_) / scale_base_) : 1.0;
        turns_[(first + k) * half_ + r] = {factor * std::cos(angle), factor * std::sin(angle)};
      }
    }
  }

  // Turns a row by the position that its number was made ready for.
  void turn(std::int64_t number, float* row) const { turn_row(turns_ + number * half_, row); }

 private:
  void turn_row(const Turn* turns, float* row) const {
    const bool adjacent = problem_.rotary.pairs == RotaryPairs::adjacent;
    for (std::int64_t r = 0; r < half_; ++r) {
      float& first = row[adjacent ? 2 * r : r];
      float& second = row[adjacent ? 2 * r + 1 : r + half_];
      const double a = first, b = second;
      first = float(a * turns[r].cosine - b * turns[r].sine);
      second = float(b * turns[r].cosine + a * turns[r].sine);
    }
  }

  const Problem& problem_;
  const Tensors& tensors_;
  std::int64_t half_;  // R/2
  double interpolation_, center_;
  double scale_base_;  // negative for keys, whose factor is the inverse
  Turn* turns_;        // [number][R/2]
};

// The turns of the positions asked for last, in memory of its own: heads ask for the same ones one after another.
class KeptTurns {
 public:
  KeptTurns(const Problem& problem, const Tensors& tensors, RotaryRows::Side side)
      : problem_(problem), tensors_(tensors), side_(side) {}

  bool on() const { return problem_.rotary.dims > 0; }

  // Turns row k of `rows` [..][width] by positions[k], for each k.
  void turn(const std::vector<std::int64_t>& positions, float* rows, std::int64_t width) {
    prepare(positions);
    const RotaryRows ready(problem_, tensors_, side_, turns_.data());
    for (std::size_t k = 0; k < positions.size(); ++k) ready.turn(std::int64_t(k), rows + std::int64_t(k) * width);
  }

 private:
  void prepare(const std::vector<std::int64_t>& positions) {
    if (positions == positions_) return;
    positions_ = positions;
    turns_.resize(RotaryRows::turns(problem_, std::int64_t(positions.size())));
    RotaryRows(problem_, tensors_, side_, turns_.data()).prepare(0, std::int64_t(positions.size()), [&](std::int64_t k) {
      return positions[std::size_t(k)];
    });
  }

  const Problem& problem_;
  const Tensors& tensors_;
  RotaryRows::Side side_;
  std::vector<std::int64_t> positions_;
  std::vector<Turn> turns_;
};

}  // namespace boresight::impl
