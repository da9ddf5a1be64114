#include "properties/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace boresight::properties {
void Worst::see(const Mismatch& element) {
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

Verdict Worst::take() {
  if (verdict_.outcome == Outcome::failed)
    verdict_.why = std::isnan(verdict_.mismatch->got) ? "gave NaN" : "is outside the certified bound";
  return std::move(verdict_);
}

double error_over_bound(double got, double expected, double bound) {
  if (got == expected) return 0;
  const double error = std::abs(got - expected);
  if (bound > 0 && error <= std::numeric_limits<double>::max()) return error / bound;
  return std::numeric_limits<double>::infinity();  // NaN, an infinity that should not be, or any error where none is allowed
}

Verdict compare(const Results& got, const Certificate& certificate) {
  return compare_each(got, [&](const Element& e) {
    return std::optional<Expected>({at(certificate.truth, got, e), at(certificate.bound, got, e)});
  });
}

}  // namespace boresight::properties
