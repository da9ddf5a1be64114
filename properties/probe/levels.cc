#include "properties/probe/levels.h"

#include <algorithm>
#include <cmath>

namespace boresight::properties::probe {
namespace {

double log_or_none(double x) { return x > 0 ? std::log(x) : -infinity; }

// A weight below 0 is none at all where its bound says so.
Seen without_level(double w, double bound) { return std::isfinite(w) && -w <= bound ? Seen::below_reach : Seen::broken; }

// Of what no column gets, beside the right one: both are 1 less a sum of weights, and known give or take the sum's own
// roundings. A sink of -inf gets nothing: then any weight at all departs, and none says nothing.
Interval rest_interval(double missing, double error, double right, double rounding) {
  error += rounding;
  if (right > rounding)
    return {log_or_none((missing - error) / (right + rounding)), log_or_none((missing + error) / (right - rounding))};
  return missing - error > rounding ? Interval{infinity, infinity} : Interval{-infinity, infinity};
}

void read_element(HeadPlumb& head, Index i, Index c, double w, double bound) {
  if (!(w > bound)) return;
  const Interval log = log_interval(w, bound);
  const double right = head.right(i, c);
  set_level(head, i, c, {log.low - right, log.high - right}, std::log(w) - right);
}

void read_plain_row(Probing& probing, const PlainWeights& plain, std::size_t h, Index i) {
  HeadPlumb& head = probing.result.heads[h];
  double sum = 0, error = 0;
  for (Index c = 0; c < probing.columns; ++c) {
    const double w = plain.weight[h](i, c), bound = plain.bound[h](i, c);
    if (!std::isfinite(w) || w < 0) {
      set_seen(head, i, c, without_level(w, bound));
      continue;
    }
    sum += w, error += bound;
    read_element(head, i, c, w, bound);
  }
  if (probing.zero == 0 && !probing.problem.sink) return;
  const double right = 1 - probing.truth.heads[h].weights.row(i).rightCols(probing.columns).sum();
  const double rounding = 2 * double(probing.columns + 4) * unit_roundoff(Type::f64);  // weights and sums in double
  head.rest.push_back(rest_interval(1 - sum, error, right, rounding));
  head.rest_right.push_back(std::max(right, 0.0));
}

}  // namespace

Interval log_interval(double w, double bound) { return {w > bound ? std::log(w - bound) : -infinity, std::log(w + bound)}; }

Interval log_of_rest(double w, double bound) { return {log_or_none(1 - w - bound), log_or_none(1 - w + bound)}; }

void set_level(HeadPlumb& head, Index i, Index c, const Interval& interval, double offset) {
  set_seen(head, i, c, Seen::visible);
  head.low(i, c) = interval.low;
  head.high(i, c) = interval.high;
  head.offset(i, c) = offset;
}

void set_seen(HeadPlumb& head, Index i, Index c, Seen seen) { head.seen[std::size_t(i * head.right.cols() + c)] = seen; }

void read_levels(Probing& probing, const PlainWeights& plain) {
  each_row_of_heads(probing, [&](std::size_t h, Index i) { read_plain_row(probing, plain, h, i); });
}

}  // namespace boresight::properties::probe
