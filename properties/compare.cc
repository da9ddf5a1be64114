#include "properties/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace boresight::properties {
namespace {

// Keeps the worst element seen, one of out before any lse; a failure is anything not shown to be within its bound.
class Worst {
 public:
  void see(const Mismatch& element) {
    const double ratio = error_over_bound(element.got, element.expected, element.bound);
    if (ratio == 0) return;
    verdict_.largest = std::max(verdict_.largest, ratio);
    if (ratio <= 1) return;
    const bool plainer = !verdict_.mismatch || (verdict_.mismatch->lse && !element.lse);
    const bool worse = verdict_.mismatch && verdict_.mismatch->lse == element.lse && ratio > ratio_;
    if (!plainer && !worse) return;
    verdict_.outcome = Outcome::failed;
    verdict_.mismatch = element;
    ratio_ = ratio;
  }
  Verdict take() {
    if (verdict_.outcome == Outcome::failed)
      verdict_.why = std::isnan(verdict_.mismatch->got) ? "gave NaN" : "is outside the certified bound";
    return std::move(verdict_);
  }

 private:
  Verdict verdict_;
  double ratio_ = 0;  // of verdict_.mismatch
};

}  // namespace

double error_over_bound(double got, double expected, double bound) {
  if (got == expected) return 0;
  const double error = std::abs(got - expected);
  if (bound > 0 && error <= std::numeric_limits<double>::max()) return error / bound;
  return std::numeric_limits<double>::infinity();  // NaN, an infinity that should not be, or any error where none is allowed
}

Verdict compare(const Results& got, const Certified& certified) {
  Worst worst;
  for (std::int64_t b = 0; b < got.batch; ++b)
    for (std::int64_t h = 0; h < got.heads; ++h) {
      const std::size_t head = std::size_t(b * got.heads + h);
      const reference::Head& truth = certified.truth.heads[head];
      const reference::HeadBound& bound = certified.bound.heads[head];
      for (std::int64_t i = 0; i < got.rows; ++i) {
        const std::size_t row = head * std::size_t(got.rows) + std::size_t(i);
        for (std::int64_t d = 0; d < got.width; ++d)
          worst.see({false, b, h, i, d, truth.out(i, d), got.out[row * std::size_t(got.width) + std::size_t(d)], bound.out(i, d)});
        if (!got.lse.empty()) worst.see({true, b, h, i, 0, truth.lse(i), got.lse[row], bound.lse(i)});
      }
    }
  return worst.take();
}

Verdict compare(const Results& got, const reference::ErrorBound& got_bound, std::int64_t got_row, const Results& expected,
                const reference::ErrorBound& expected_bound, std::int64_t expected_row, std::int64_t rows) {
  Worst worst;
  for (std::int64_t b = 0; b < got.batch; ++b)
    for (std::int64_t h = 0; h < got.heads; ++h) {
      const std::size_t head = std::size_t(b * got.heads + h);
      const reference::HeadBound& g = got_bound.heads[head];
      const reference::HeadBound& e = expected_bound.heads[head];
      for (std::int64_t k = 0; k < rows; ++k) {
        const std::int64_t i = got_row + k, j = expected_row + k;
        const std::size_t at = head * std::size_t(got.rows) + std::size_t(i);
        const std::size_t to = head * std::size_t(expected.rows) + std::size_t(j);
        for (std::int64_t d = 0; d < got.width; ++d)
          worst.see({false, b, h, i, d, expected.out[to * std::size_t(got.width) + std::size_t(d)],
                     got.out[at * std::size_t(got.width) + std::size_t(d)], g.out(i, d) + e.out(j, d)});
        if (!got.lse.empty() && !expected.lse.empty())
          worst.see({true, b, h, i, 0, expected.lse[to], got.lse[at], g.lse(i) + e.lse(j)});
      }
    }
  return worst.take();
}

}  // namespace boresight::properties
