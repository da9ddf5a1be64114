// One call of a fact: a kernel on probe inputs, its truth and bound, and one weight of a row read from it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "properties/probe/plumb.h"
#include "properties/probe/probe_call.h"
#include "reference/visibility.h"

namespace boresight::properties::probe {

class FactCall {
 public:
  FactCall(const Case& a_case, const Kernel& kernel) : call(a_case, kernel), p(a_case.problem) {}

  // q = k = 0, and column c shows in entry 0.
  void show(std::int64_t c) {
    call.write([&](ProbeInputs& in) { in.clear_queries_and_keys(), in.set_one_hot(c, 1, 1); });
  }

  // False, and `failed` says why, where the kernel refuses the problem, or hurts a guard.
  bool shoot(const Problem& problem) {
    failed = call.kernel().unsupported(problem, call.tensors());
    if (!failed.empty()) return false;
    truth = call.certify(problem);
    got = call.run(problem);
    failed = got.broken.empty() ? "" : "the kernel " + got.broken;
    return failed.empty();
  }

  double out(std::int64_t b, std::int64_t h, std::int64_t i) const { return at(got, {false, b, h, i, 0}); }
  double right(std::int64_t b, std::int64_t h, std::int64_t i) const { return at(truth.truth, got, {false, b, h, i, 0}); }
  double bound(std::int64_t b, std::int64_t h, std::int64_t i) const { return at(truth.bound, got, {false, b, h, i, 0}); }
  bool off(std::int64_t b, std::int64_t h, std::int64_t i) const {
    return !(std::abs(out(b, h, i) - right(b, h, i)) <= bound(b, h, i));
  }

  ProbeCall call;
  Problem p;
  Results got;
  Certified truth;
  std::string failed;
};

// The score of one column above all others of its row, taken together.
inline double log_odds(double weight) { return std::log(weight) - std::log1p(-weight); }

// A place where a column's weight says how a score moves: seen on both sides, neither all nor nothing of its row.
struct Spot {
  std::int64_t b, h, i, c;
};

inline bool readable(const Plumb& seen, const Problem& p, const Spot& at) {
  const HeadPlumb& head = seen.heads[std::size_t(at.b * p.heads + at.h)];
  if (head.at(at.i, at.c) != Seen::visible || !head.right_visible(at.i, at.c)) return false;
  const double w = head.recovered(at.i, at.c), right = head.right(at.i, at.c);
  return w > -6 && w < -0x1p-6 && right > -6 && right < -0x1p-6;
}

// What a call does to the log odds of a column that shows at q.k = 0, and whether no right kernel does that.
struct Moved {
  double got, right;
  double known;  // got - right is known to this, up or down
  bool departs;
};

// The output must be outside its bound, and the move apart from the right one by more than what is known of either: a wrong
// bias, which the column has without the call as well, is no departure of the call. Weights of 0 and 1 have infinite odds:
// what is known of one of them is how far it may be from there.
inline Moved moved(const FactCall& call, const Plumb& seen, const Spot& at) {
  const HeadPlumb& head = seen.heads[std::size_t(at.b * call.p.heads + at.h)];
  const double got = call.out(at.b, at.h, at.i), right = call.right(at.b, at.h, at.i), bound = call.bound(at.b, at.h, at.i);
  const double before = std::exp(head.recovered(at.i, at.c));
  const double low = log_odds(std::max(got - bound, 0.0)), high = log_odds(std::min(got + bound, 1.0));
  Moved result{log_odds(got) - log_odds(before), log_odds(right) - log_odds(std::exp(head.right(at.i, at.c))), 0, false};
  const double width = (head.high(at.i, at.c) - head.low(at.i, at.c)) / (1 - before) + bound / right / (1 - right);
  result.known = width + std::max(high - log_odds(got), log_odds(got) - low);
  const double right_odds = result.right + log_odds(before);
  result.departs = call.off(at.b, at.h, at.i) && !(low - width <= right_odds && right_odds <= high + width);
  return result;
}

}  // namespace boresight::properties::probe
