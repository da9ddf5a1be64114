// Rows of one tensor laid ready in the workspace before attention reads them: turned by their positions (rotary), or packed,
// where they don't lie as a kernel wants them. Every block takes a position of a sequence, computes its turns once, in double,
// and turns the rows of all heads.
#pragma once

#include <cmath>
#include <cstdint>

#include "impl/cuda/call.h"

namespace boresight::impl::cuda {

struct Rows {
  View from;  // [sequences][heads][rows][width]
  View to;    // the same, rows padded with zeros to `padded`
  std::int32_t sequences, heads, rows, width, padded;

  std::int32_t half = 0;  // R/2; 0: nothing turns
  bool adjacent = false;  // pairs (2r, 2r+1), else (r, r + R/2)
  double interpolation = 1;
  View frequencies;  // [R/2] f32
  bool xpos = false;
  double center = 0, scale_base = 1;  // negative for keys, whose factor is the inverse
  View scales;                        // [R/2] f32
  View positions;                     // [B][..] i32; absent: by order
  std::int32_t first_position = 0;    // of the first row, by order
  std::int32_t first_index = 0;       // of the first row among `positions`
};

struct Prepare {
  using Parameters = Rows;
  static constexpr int threads = 128;
  static constexpr std::int32_t half_max = 256;
  static constexpr std::size_t shared_bytes = half_max * 2 * sizeof(double);

  static constexpr std::int64_t items(const Rows& call) { return std::int64_t(call.sequences) * call.rows; }

  static DEVICE void run(const Rows& call) {
    for_each_item(items(call), [&](std::int64_t item) {
      const Place<std::int64_t> at = place_of(item, std::int64_t(call.rows));
      const std::int32_t sequence = std::int32_t(at.row), row = std::int32_t(at.at);
      double(*const turns)[2] = static_cast<double(*)[2]>(shared_memory());
      for (std::int32_t r = thread(); r < call.half; r += threads) find_turn(call, sequence, row, r, turns[r]);
      barrier();
      for (std::int32_t k = thread(); k < call.heads * call.padded; k += threads) {
        const Place<std::int32_t> element = place_of(k, call.padded);
        const std::int64_t first = call.from.offset(sequence, element.row, row);
        call.to.store(call.to.offset(sequence, element.row, row, element.at), turned(call, first, element.at, turns));
      }
    });
  }

 private:
  // Cosine and sine of the pair's angle, with the factor of XPOS in both.
  static DEVICE void find_turn(const Rows& call, std::int32_t sequence, std::int32_t row, std::int32_t r, double (&turn)[2]) {
    const std::int64_t position = call.positions.there()
                                      ? call.positions.as<std::int32_t>(call.positions.offset(sequence, call.first_index + row))
                                      : std::int64_t(call.first_position) + row;
    const double angle = double(position) / call.interpolation * double(call.frequencies.element(call.frequencies.offset(r)));
    const double factor =
        call.xpos ? pow(double(call.scales.element(call.scales.offset(r))), (double(position) - call.center) / call.scale_base)
                  : 1.0;
    turn[0] = factor * cos(angle);
    turn[1] = factor * sin(angle);
  }

  static DEVICE float turned(const Rows& call, std::int64_t first, std::int32_t d, const double (*turns)[2]) {
    const auto element = [&](std::int32_t at) { return call.from.element(first + at * call.from.step()); };
    if (d >= call.width) return 0.0f;
    if (d >= 2 * call.half) return element(d);
    const Place<std::int32_t> pair = place_of(d, call.adjacent ? 2 : call.half);
    const std::int32_t r = call.adjacent ? pair.row : pair.at;
    const bool leads = call.adjacent ? pair.at == 0 : pair.row == 0;
    const double a = element(call.adjacent ? 2 * r : r), b = element(call.adjacent ? 2 * r + 1 : r + call.half);
    return float(leads ? a * turns[r][0] - b * turns[r][1] : b * turns[r][0] + a * turns[r][1]);
  }
};

}  // namespace boresight::impl::cuda
