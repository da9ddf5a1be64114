// The templates of compare.h, and what they call for each element.
#pragma once

#include <bit>

namespace boresight::properties {

// The place of an element's head, and of its row, in results of this shape.
inline std::size_t head_of(const Results& of, const Element& e) { return std::size_t(e.b * of.heads + e.h); }
inline std::size_t row_of(const Results& of, const Element& e) {
  return head_of(of, e) * std::size_t(of.rows) + std::size_t(e.i);
}

inline double at(const Results& results, const Element& e) {
  return e.lse ? results.lse[row_of(results, e)]
               : results.out[row_of(results, e) * std::size_t(results.width) + std::size_t(e.d)];
}
inline double at(const reference::Attention& truth, const Results& of, const Element& e) {
  const reference::Head& head = truth.heads[head_of(of, e)];
  return e.lse ? head.lse(e.i) : head.out(e.i, e.d);
}
inline double at(const reference::ErrorBound& bound, const Results& of, const Element& e) {
  const reference::HeadBound& head = bound.heads[head_of(of, e)];
  return e.lse ? head.lse(e.i) : head.out(e.i, e.d);
}

template <class Expect>
Verdict compare_each(const Results& got, Expect expect) {
  Worst worst;
  const auto see = [&](const Element& e) {
    if (const std::optional<Expected> right = expect(e))
      worst.see({e.lse, e.b, e.h, e.i, e.d, right->value, at(got, e), right->bound});
  };
  for (std::int64_t b = 0; b < got.batch; ++b)
    for (std::int64_t h = 0; h < got.heads; ++h)
      for (std::int64_t i = 0; i < got.rows; ++i) {
        for (std::int64_t d = 0; d < got.width; ++d) see({false, b, h, i, d});
        if (!got.lse.empty()) see({true, b, h, i, 0});
      }
  return worst.take();
}

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
