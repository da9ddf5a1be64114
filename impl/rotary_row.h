// Rotary rows: turns rows of queries and keys by their positions (RoPE, Su et al. 2021), and scales them (XPOS, Sun et
// al. 2022). Angles, sines and factors are doubles, computed from the exact integer position; each turned element is
// rounded to f32 once.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "impl/geometry.h"
#include "impl/parameters.h"

namespace boresight::impl {

// What one pair is multiplied by: the factor of XPOS is in both.
struct Turn {
  double cosine, sine;
};

inline void turn_pair(Turn turn, float& first, float& second) {
  const double a = first, b = second;
  first = float(a * turn.cosine - b * turn.sine);
  second = float(b * turn.cosine + a * turn.sine);
}

// Turns made ready for rows, by their numbers, in memory that is the caller's.
class RotaryRows {
 public:
  enum class Side { queries, keys };
  static constexpr std::int64_t steps = 64;

  // How many Turns of memory so many rows need; none without rotary.
  static std::size_t turns(const Problem& problem, std::int64_t rows) {
    return std::size_t(rows + steps + 1) * std::size_t(problem.rotary.dims / 2);
  }

  RotaryRows(const Problem& problem, const Tensors& tensors, Side side, Turn* memory)
      : problem_(problem),
        tensors_(tensors),
        half_(problem.rotary.dims / 2),
        interpolation_(parameter(problem, problem.rotary.interpolation)),
        center_(parameter(problem, problem.rotary.xpos.center)),
        scale_base_(side == Side::keys ? -parameter(problem, problem.rotary.xpos.scale_base)
                                       : parameter(problem, problem.rotary.xpos.scale_base)),
        memory_(memory) {}

  bool on() const { return half_ > 0; }

  // Makes ready the rows with the numbers first, first + 1, .. for position_of(0), position_of(1), .. A position is a multiple
  // of `steps` and a rest of the same sign: their two turns are computed and multiplied, so that of many positions in a row few
  // need sines of their own. The angles' errors add up as the angles do, and the product adds three roundings of doubles to
  // those of the sines, far below the declared turn_error.
  template <class PositionOf>
  void prepare(std::int64_t first, std::int64_t count, PositionOf position_of) {
    const bool tabled = count >= steps;
    Turn *const rests = memory_, *const multiple = memory_ + steps * half_;
    for (std::int64_t rest = 0; tabled && rest < steps; ++rest) turn_by(rest, rests + rest * half_);
    std::int64_t last = -1;  // the number of steps that `multiple` turns by
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t position = position_of(k);
      const Place<std::int64_t> place = place_of(std::abs(position), steps);
      if (place.row != last) turn_by((last = place.row) * steps, multiple);
      if (!tabled) turn_by(place.at, rests);
      const Turn* const rest = rests + (tabled ? place.at * half_ : 0);
      Turn* const turns = row(first + k);
      for (std::int64_t r = 0; r < half_; ++r) turns[r] = product(multiple[r], rest[r]);
      if (position < 0)
        for (std::int64_t r = 0; r < half_; ++r) turns[r].sine = -turns[r].sine;
      if (problem_.rotary.xpos.on) stretch(position, turns);
    }
  }

  // The turns [R/2] of the row with this number.
  const Turn* turns_of(std::int64_t number) const { return row(number); }

  // Turns a row by the position that its number was made ready for.
  void turn(std::int64_t number, float* elements) const {
    const Turn* const turns = turns_of(number);
    const bool adjacent = problem_.rotary.pairs == RotaryPairs::adjacent;
    for (std::int64_t r = 0; r < half_; ++r)
      turn_pair(turns[r], elements[adjacent ? 2 * r : r], elements[adjacent ? 2 * r + 1 : r + half_]);
  }

 private:
  Turn* row(std::int64_t number) const { return memory_ + (steps + 1 + number) * half_; }
  // [R/2] turns by a position that is not negative.
  void turn_by(std::int64_t position, Turn* turns) const {
    for (std::int64_t r = 0; r < half_; ++r) {
      const double angle = double(position) / interpolation_ * double(inverse_frequency(problem_, tensors_, r));
      turns[r] = {std::cos(angle), std::sin(angle)};
    }
  }
  static Turn product(Turn a, Turn b) { return {a.cosine * b.cosine - a.sine * b.sine, a.sine * b.cosine + a.cosine * b.sine}; }
  void stretch(std::int64_t position, Turn* turns) const {
    const double exponent = (double(position) - center_) / scale_base_;
    for (std::int64_t r = 0; r < half_; ++r) {
      const double factor = std::pow(double(xpos_scale(problem_, tensors_, r)), exponent);
      turns[r] = {factor * turns[r].cosine, factor * turns[r].sine};
    }
  }

  const Problem& problem_;
  const Tensors& tensors_;
  std::int64_t half_;  // R/2
  double interpolation_, center_;
  double scale_base_;  // negative for keys, whose factor is the inverse
  Turn* memory_;       // [number][R/2], behind [steps][R/2] for rests and [R/2] for a multiple
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
