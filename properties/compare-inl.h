// The template of compare.h.
#pragma once

#include <bit>

namespace boresight::properties {

template <class Matters>
std::optional<Mismatch> first_changed_bit(const Results& got, const Results& expected, Matters matters) {
  const auto same = [](double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); };
  for (std::int64_t b = 0; b < got.batch; ++b)
    for (std::int64_t h = 0; h < got.heads; ++h)
      for (std::int64_t i = 0; i < got.rows; ++i) {
        if (!matters(b, h, i)) continue;
        const std::size_t row = std::size_t((b * got.heads + h) * got.rows + i);
        for (std::int64_t d = 0; d < got.width; ++d) {
          const std::size_t at = row * std::size_t(got.width) + std::size_t(d);
          if (!same(got.out[at], expected.out[at])) return Mismatch{false, b, h, i, d, expected.out[at], got.out[at], 0};
        }
        if (!got.lse.empty() && !expected.lse.empty() && !same(got.lse[row], expected.lse[row]))
          return Mismatch{true, b, h, i, 0, expected.lse[row], got.lse[row], 0};
      }
  return std::nullopt;
}

}  // namespace boresight::properties
