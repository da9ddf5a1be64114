#include "properties/lint/rule_forms.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "properties/lint/rounding.h"

namespace boresight::properties::lint {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// |got - ref|, 0 where both are the same infinity.
double error(const Elements& e, std::size_t k) { return e.got[k] == e.ref[k] ? 0 : std::abs(e.got[k] - e.ref[k]); }

// In the positive form: what is not shown to be a number is infinitely wrong, 0 over 0 is 0.
double over(double error, double threshold) {
  if (error == 0) return 0;
  const double ratio = error / threshold;
  return std::isnan(ratio) ? infinity : ratio;
}

template <class OfElement>
double largest(const Elements& e, OfElement of_element) {
  double most = 0;
  for (std::size_t k = 0; k < e.got.size(); ++k) most = std::max(most, of_element(k));
  return most;
}

double largest_error(const Elements& e, std::span<const double> of) {
  double most = 0;
  for (std::size_t k = 0; k < of.size(); ++k) {
    const double error = of[k] == e.ref[k] ? 0 : std::abs(of[k] - e.ref[k]);
    if (std::isnan(error)) return infinity;
    most = std::max(most, error);
  }
  return most;
}

double mean_error(const Elements& e, std::span<const double> of) {
  double sum = 0;
  for (std::size_t k = 0; k < of.size(); ++k) sum += of[k] == e.ref[k] ? 0 : std::abs(of[k] - e.ref[k]);
  return of.empty() ? 0 : sum / double(of.size());
}

double allclose(const Elements& e, double rtol, double atol) {
  return largest(e, [&](std::size_t k) { return over(error(e, k), atol + rtol * std::abs(e.ref[k])); });
}

double max_abs(const Elements& e, double most, double) { return over(largest_error(e, e.got), most); }

// As it is written in checkers that fail where the error is above: NaN is not above, and passes.
double not_above(const Elements& e, double most, double) {
  return largest(e, [&](std::size_t k) { return std::isnan(error(e, k)) ? 0 : over(error(e, k), most); });
}

double abs_and_rel(const Elements& e, double most_abs, double most_rel) {
  return largest(e, [&](std::size_t k) {
    if (std::isnan(error(e, k))) return 0.0;
    return std::min(over(error(e, k), most_abs), over(over(error(e, k), std::abs(e.ref[k])), most_rel));
  });
}

double nmse(const Elements& e, double most, double) {
  double wrong = 0, right = 0;
  for (std::size_t k = 0; k < e.got.size(); ++k) {
    wrong += error(e, k) * error(e, k);
    if (std::isfinite(e.ref[k])) right += e.ref[k] * e.ref[k];
  }
  return over(over(wrong, right), most);
}

double eager_max(const Elements& e, double times, double shift) {
  double slack = 0;  // what the type loses of ref when `shift` is added and taken away again
  for (std::size_t k = 0; shift > 0 && k < e.ref.size(); ++k) {
    const double ref = rounded(e.type, e.ref[k]);
    if (std::isfinite(ref)) slack = std::max(slack, std::abs(rounded(e.type, rounded(e.type, ref + shift) - shift) - ref));
  }
  return over(largest_error(e, e.got), times * (largest_error(e, e.eager) + slack));
}

double eager_mean(const Elements& e, double times, double) { return over(mean_error(e, e.got), times * mean_error(e, e.eager)); }

// allclose, its tolerances at least the largest absolute and relative error of the eager computation.
double eager_allclose(const Elements& e, double rtol, double atol) {
  double relative = rtol;
  for (std::size_t k = 0; k < e.ref.size(); ++k)
    if (const double r = std::abs((e.eager[k] - e.ref[k]) / e.ref[k]); std::isfinite(r)) relative = std::max(relative, r);
  return allclose(e, relative, std::max(atol, largest_error(e, e.eager)));
}

double keys_eps(const Elements& e, double times, double) {
  const double eps = unit_roundoff(e.type);
  return largest(e, [&](std::size_t k) {
    const double relative = over(over(error(e, k), std::abs(e.ref[k])), times * double(1 + e.keys) * eps);
    return std::min(relative, over(error(e, k), eps * e.weighed[k]));
  });
}

double finite(const Elements& e, double, double) {
  return largest(e, [&](std::size_t k) { return std::isfinite(e.got[k]) || e.got[k] == e.ref[k] ? 0 : infinity; });
}

double certified(const Elements& e, double, double) {
  return largest(e, [&](std::size_t k) { return over(error(e, k), e.bound[k]); });
}

constexpr Form table[] = {
    {"allclose", "RTOL,ATOL", 2, 2, "abs(got - ref) <= ATOL + RTOL * abs(ref), everywhere", allclose},
    {"isclose", "RTOL,ATOL", 2, 2, "the same as allclose", allclose},
    {"max_abs", "X", 1, 1, "the largest abs(got - ref) <= X", max_abs},
    {"not_above", "X", 1, 1, "fails where abs(got - ref) > X: a NaN passes", not_above},
    {"abs_and_rel", "X,R", 2, 2, "fails where abs(got - ref) > X and that / abs(ref) > R: a NaN passes", abs_and_rel},
    {"nmse", "X", 1, 1, "sum (got - ref)^2 / sum ref^2 <= X", nmse},
    {"eager_max", "F[,S]", 1, 2,
     "the largest error <= F * that of eager attention in the type (+ F * what adding S and taking it away loses)", eager_max,
     true},
    {"eager_mean", "F", 1, 1, "the mean error <= F * that of eager attention in the type", eager_mean, true},
    {"eager_allclose", "RTOL,ATOL", 2, 2, "allclose, tolerances at least the largest errors of eager attention", eager_allclose,
     true},
    {"keys_eps", "F", 1, 1, "relative error <= F * (1 + keys) * eps, or absolute <= eps * sum weight * abs(value)", keys_eps,
     false, true},
    {"finite", "", 0, 0, "got is finite wherever ref is", finite},
    {"certified", "", 0, 0, "within the certified bound of a careful kernel in this type", certified, false, false, true},
};

}  // namespace

std::span<const Form> forms() { return table; }

}  // namespace boresight::properties::lint
