#include "properties/readings/fit.h"

#include <cmath>

#include "properties/readings/evaluator.h"

namespace boresight::properties::readings {
namespace {

// Within a bound that says something: NaN and infinite bounds never fit.
bool within(double got, double expected, double bound) {
  return got == expected || (std::isfinite(bound) && error_over_bound(got, expected, bound) <= 1);
}

bool differs(double reading, double truth, double bound) { return !(error_over_bound(reading, truth, bound) <= 1); }

std::size_t head_of(const Results& results, std::int64_t b, std::int64_t h) { return std::size_t(b * results.heads + h); }

// Rows [first, last) of one head against the results; sets `moved` where the reading leaves the truth's bound.
bool rows_fit(const Decisions& reading, const Observation& seen, std::int64_t b, std::int64_t h, std::int64_t first,
              std::int64_t last, bool& moved) {
  const Evaluation e = evaluate(reading, seen.call.tensors, b, h, first, last, seen.arithmetic);
  const Results& got = seen.results;
  const std::size_t head = head_of(got, b, h);
  const reference::Head& truth = seen.certified.truth.heads[head];
  const reference::HeadBound& bound = seen.certified.bound.heads[head];
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t row = i - first;
    const std::size_t at = head * std::size_t(got.rows) + std::size_t(i);
    for (std::int64_t d = 0; d < got.width; ++d) {
      if (!within(got.out[at * std::size_t(got.width) + std::size_t(d)], e.head.out(row, d), e.bound.out(row, d))) return false;
      moved = moved || differs(e.head.out(row, d), truth.out(i, d), bound.out(i, d));
    }
    if (got.lse.empty() || e.lse_is_open[std::size_t(row)]) continue;
    if (!within(got.lse[at], e.head.lse(row), e.bound.lse(row))) return false;
    moved = moved || differs(e.head.lse(row), truth.lse(i), bound.lse(i));
  }
  return true;
}

// Farther apart than both bounds together; false where anything is NaN.
bool apart(double a, double b, double bounds) { return a != b && std::abs(a - b) > bounds; }

bool head_shows(const Evaluation& e, const reference::Head& truth, const reference::HeadBound& bound) {
  for (reference::Index i = 0; i < truth.out.rows(); ++i) {
    for (reference::Index d = 0; d < truth.out.cols(); ++d)
      if (apart(e.head.out(i, d), truth.out(i, d), e.bound.out(i, d) + bound.out(i, d))) return true;
    if (!e.lse_is_open[std::size_t(i)] && apart(e.head.lse(i), truth.lse(i), e.bound.lse(i) + bound.lse(i))) return true;
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

bool shows(const Decisions& reading, const Call& call, const Arithmetic& arithmetic, const Certified& certified) {
  const Problem& p = call.problem;
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      const std::size_t head = std::size_t(b * p.heads + h);
      const Evaluation e = evaluate(reading, call.tensors, b, h, 0, p.queries, arithmetic);
      if (head_shows(e, certified.truth.heads[head], certified.bound.heads[head])) return true;
    }
  return false;
}

}  // namespace boresight::properties::readings
