// The output is linear in the values, and powers of two go through it as they are.
//
//   out(a V + b W) = a out(V) + b out(W),  lse as before          within bound(aV + bW) + |a| bound(V) + |b| bound(W)
//   out(V 2^k)     = out(V) 2^k,           lse as before          bitwise
//
// holds: V and W are small integers, and so is a V + b W: exact in every type. The second one where nothing can over- or
// underflow: V >= 0, so that no sum cancels, and every product that comes up is at least the square of the least ratio of
// two weights (a running maximum and the final one are each some visible score) or zero; and so is the output.
#include <algorithm>
#include <array>
#include <cmath>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

constexpr double a = 2, b = -3;

// The call with value(tensor, flat index) in place of its values.
template <class Value>
Call with_values(Trial& trial, Value value) {
  Call result = trial.call();
  std::uint64_t tensor = 0;
  for (Tensor Tensors::* values : {&Tensors::mem_v, &Tensors::memory_v, &Tensors::segment_v}) {
    result.tensors.*values = copy(trial.store(), result.tensors.*values);
    fill(result.tensors.*values,
         [&](std::int64_t at) { return value(mix(trial.drawn().seed + 21 + tensor) + std::uint64_t(at)); });
    ++tensor;
  }
  return result;
}

double of_v(std::uint64_t bits) { return double(mix(bits) % 4); }
double of_w(std::uint64_t bits) { return small_integer(mix(bits + 0x1234567)); }

// Whether scaling row i's values by 2^k only moves exponents, whatever the order of the sums. Scores within 256 nats are off
// by a nat at most, even where they are stored in bf16; a margin of 2^20 is beyond that.
bool only_exponents_move(const Problem& p, const Certificate& of, std::size_t at, Eigen::Index i, double sink, int k,
                         Type accumulator) {
  const reference::Head& head = of.truth.heads[at];
  double least = sink > -std::numeric_limits<double>::infinity() ? sink : head.maximum(i);
  for (Eigen::Index c = 0; c < head.scores.cols(); ++c) {
    if (!head.visible(i, c)) continue;
    if (!(std::abs(effective_scale(p)) * head.magnitude(i, c) + std::abs(head.bias(i, c)) <= 256)) return false;
    least = std::min(least, head.scores(i, c));
  }
  const double smallest = std::exp(-2 * (head.maximum(i) - least)) * std::ldexp(1, std::min(k, 0));
  if (!(smallest >= 0x1p20 * smallest_normal(accumulator))) return false;
  for (Eigen::Index d = 0; d < head.out.cols(); ++d) {
    const double out = head.out(i, d), bound = of.bound.heads[at].out(i, d);
    if (out != 0 && !((out - bound) * std::ldexp(1, std::min(k, 0)) >= smallest_normal(p.type))) return false;
  }
  return true;
}

}  // namespace

void prepare_linear_in_values(Case&, Choices&) {}

Verdict judge_linear_in_values(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  constexpr std::array<int, 4> exponents{-3, -1, 2, 5};
  const int k = exponents[mix(a_case.seed + 22) % exponents.size()];
  Trial trial("linear_in_values", a_case, kernel);
  const Call v = with_values(trial, of_v), w = with_values(trial, of_w);
  const Call both = with_values(trial, [](std::uint64_t bits) { return a * of_v(bits) + b * of_w(bits); });
  const Call scaled = with_values(trial, [&](std::uint64_t bits) { return std::ldexp(of_v(bits), k); });
  const Certificate truth_v = trial.certify(v), truth_w = trial.certify(w), truth_both = trial.certify(both);
  const Results got_v = trial.run(v), got_w = trial.run(w, "other values"), got = trial.run(both, "values combined");
  const auto combined = [&](const Element& e) {
    const double rest = at(truth_both.bound, got, e), bound_v = at(truth_v.bound, got, e), bound_w = at(truth_w.bound, got, e);
    if (e.lse) return std::optional<Expected>({at(got_v, e), rest + bound_v});
    return std::optional<Expected>({a * at(got_v, e) + b * at(got_w, e), rest + std::abs(a) * bound_v + std::abs(b) * bound_w});
  };
  trial.hold(got, combined, "the output is not linear in the values");

  Results powers = got_v;
  for (double& value : powers.out) value = std::ldexp(value, k);
  const Results got_scaled = trial.run(scaled, "values times a power of two");
  if (!trial.going()) return trial.verdict();
  const Type accumulator = kernel.arithmetic(p, a_case.options).accumulator;
  const auto quiet = [&](std::int64_t batch, std::int64_t h, std::int64_t i) {
    const double sink = p.sink ? double(trial.call().tensors.sinks.at<float>(h)) : -std::numeric_limits<double>::infinity();
    return only_exponents_move(p, truth_v, std::size_t(batch * p.heads + h), i, sink, k, accumulator);
  };
  trial.same_bits(got_scaled, powers, quiet, "values times a power of two do not give the output times that power");
  trial.needs(some_row_shows(truth_both), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
