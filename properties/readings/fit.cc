#include "properties/readings/fit.h"

#include <cmath>

#include "properties/readings/evaluator.h"

namespace boresight::properties::readings {
namespace {

// Within a bound that says something: an infinite bound never fits. Where a reading makes NaN, NaN alone fits.
bool within(double got, double expected, double bound) {
  if (std::isnan(expected)) return std::isnan(got);
  return got == expected || (std::isfinite(bound) && error_over_bound(got, expected, bound) <= 1);
}

bool differs(double reading, double truth, double bound) { return !(error_over_bound(reading, truth, bound) <= 1); }

std::size_t head_of(const Results& results, std::int64_t b, std::int64_t h) { return std::size_t(b * results.heads + h); }

// Rows [first, last) of one head against the results; sets `moved` where the reading leaves the truth's bound.
bool rows_fit(const Decisions& reading, const Observation& seen, std::int64_t b, std::int64_t h, std::int64_t first,
              std::int64_t last, bool& moved) {
  const Evaluation e = evaluate(reading, seen.call.tensors, b, h, first, last, seen.shared);
  const reference::HeadBound own = properties::readings::bound(e, reading, seen.call.tensors, seen.arithmetic);
  const Results& got = seen.results;
  const std::size_t head = head_of(got, b, h);
  const reference::Head& truth = seen.certified.truth.heads[head];
  const reference::HeadBound& bound = seen.certified.bound.heads[head];
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t row = i - first;
    const std::size_t at = head * std::size_t(got.rows) + std::size_t(i);
    for (std::int64_t d = 0; d < got.width; ++d) {
      if (!within(got.out[at * std::size_t(got.width) + std::size_t(d)], e.head.out(row, d), own.out(row, d))) return false;
      moved = moved || differs(e.head.out(row, d), truth.out(i, d), bound.out(i, d));
    }
    if (got.lse.empty() || e.lse_is_open[std::size_t(row)]) continue;
    if (!within(got.lse[at], e.head.lse(row), own.lse(row))) return false;
    moved = moved || differs(e.head.lse(row), truth.lse(i), bound.lse(i));
  }
  return true;
}

// A reading is farther from the truth than both bounds together; false where a bound is NaN. A NaN that it makes is far.
bool apart(double reading, double truth, double bounds) {
  return std::isnan(reading) || (reading != truth && std::abs(reading - truth) > bounds);
}

// Some element for which apart(element of e, truth, bound) holds.
template <class Apart>
bool any_element(const Evaluation& e, const reference::Head& truth, Seen where, Apart apart) {
  for (reference::Index i = 0; i < truth.out.rows(); ++i) {
    for (reference::Index d = 0; d < truth.out.cols(); ++d)
      if (apart(e.head.out(i, d), truth.out(i, d), [&](const auto& bound) { return bound.out(i, d); })) return true;
    if (where == Seen::in_out_or_lse && !e.lse_is_open[std::size_t(i)] &&
        apart(e.head.lse(i), truth.lse(i), [&](const auto& bound) { return bound.lse(i); }))
      return true;
  }
  return false;
}

}  // namespace

std::optional<Mismatch> first_wrong(const Observation& seen) {
  const Results& got = seen.results;
  for (std::int64_t b = 0; b < got.batch; ++b)
    for (std::int64_t h = 0; h < got.heads; ++h)
      for (std::int64_t i = 0; i < got.rows; ++i) {
        const std::size_t head = head_of(got, b, h), row = head * std::size_t(got.rows) + std::size_t(i);
        const reference::Head& truth = seen.certified.truth.heads[head];
        const reference::HeadBound& bound = seen.certified.bound.heads[head];
        for (std::int64_t d = 0; d < got.width; ++d) {
          const double out = got.out[row * std::size_t(got.width) + std::size_t(d)];
          if (differs(out, truth.out(i, d), bound.out(i, d)))
            return Mismatch{false, b, h, i, d, truth.out(i, d), out, bound.out(i, d)};
        }
        if (!got.lse.empty() && differs(got.lse[row], truth.lse(i), bound.lse(i)))
          return Mismatch{true, b, h, i, 0, truth.lse(i), got.lse[row], bound.lse(i)};
      }
  return std::nullopt;
}

bool fits(const Decisions& reading, const Observation& seen, const Mismatch& wrong) {
  bool moved = false;
  if (!rows_fit(reading, seen, wrong.b, wrong.h, wrong.i, wrong.i + 1, moved)) return false;
  for (std::int64_t b = 0; b < seen.results.batch; ++b)
    for (std::int64_t h = 0; h < seen.results.heads; ++h)
      if (!rows_fit(reading, seen, b, h, 0, seen.results.rows, moved)) return false;
  return moved;
}

bool shows(const Decisions& reading, const Call& call, const Arithmetic& arithmetic, const Certificate& certified,
           BookProducts* shared, Seen where) {
  const Problem& p = call.problem;
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      const std::size_t head = std::size_t(b * p.heads + h);
      const reference::Head& truth = certified.truth.heads[head];
      const reference::HeadBound& around_truth = certified.bound.heads[head];
      const Evaluation e = evaluate(reading, call.tensors, b, h, 0, p.queries, shared);
      const auto beyond = [&](double got, double right, auto of) { return apart(got, right, of(around_truth)); };
      if (!any_element(e, truth, where, beyond)) continue;  // most that don't show end here, without a bound of their own
      const reference::HeadBound own = bound(e, reading, call.tensors, arithmetic);
      const auto clear = [&](double got, double right, auto of) { return apart(got, right, of(around_truth) + of(own)); };
      if (any_element(e, truth, where, clear)) return true;
    }
  return false;
}

}  // namespace boresight::properties::readings
