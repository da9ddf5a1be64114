#include "properties/audit/strata.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

#include "problem/values.h"
#include "properties/audit/exact.h"
#include "properties/compare.h"

namespace boresight::audit {
namespace {

using properties::Call;
using properties::Certified;
using properties::Results;

constexpr std::int64_t persistent = 2;
constexpr std::int64_t values = 4;
constexpr float slope = 0x1p-8f;  // of rows that are not equal

// The row's call, with its inputs at hand as flat arrays.
class Row {
 public:
  Row(const Stratum& stratum, const Kernel& kernel) : kernel_(kernel) {
    const Problem& p = call_.problem = problem_of(stratum);
    Tensors& t = call_.tensors;
    t.q = tensor({1, 1, 1, p.head_dim});
    t.mem_k = tensor({1, persistent, p.head_dim});
    t.mem_v = tensor({1, persistent, values});
    t.segment_k = tensor({1, 1, p.segment, p.head_dim});
    t.segment_v = tensor({1, 1, p.segment, values});
    t.slopes = inputs_.allocate(Type::f32, {1, 1});
  }

  void fill_random(std::uint64_t seed) {
    call_.tensors.slopes.at<float>(0, 0) = slope;
    std::uint64_t at = 0;
    for (auto [data, count] : arrays_)
      for (std::int64_t k = 0; k < count; ++k) data[k] = random_value(seed, ++at);
  }

  // Equal scores (no slope) and one value, with a full significand, throughout: roundings of equal terms go one way.
  void fill_equal(std::uint64_t seed) {
    call_.tensors.slopes.at<float>(0, 0) = 0;
    for (std::size_t array = 0; array < arrays_.size(); ++array) {
      const float value = array == 0 ? 0.0f : random_value(seed, array < 3 ? array : array - 2);
      std::fill_n(arrays_[array].first, arrays_[array].second, value);
    }
  }

  // One element, chosen by the bits, gets another value; returns what undoes it.
  struct Change {
    float* at;
    float was;
  };
  Change change(std::uint64_t bits) {
    auto [data, count] = arrays_[bits % arrays_.size()];
    float* at = data + (bits >> 8) % std::uint64_t(count);
    const Change undo{at, *at};
    *at = random_value(bits, 1);
    return undo;
  }

  // Largest error / bound of the kernel, the reference in double being the truth.
  double error_over_bound() {
    certify();
    const Results got = run(kernel_, call_, {}, Layout::bhnd);
    return compare(got, certified_).largest;
  }

  // The same with multiprecision as the truth.
  double exact_error_over_bound() {
    certify();
    const Results got = run(kernel_, call_, {}, Layout::bhnd);
    const Exact exact = attend(call_);
    double most = properties::error_over_bound(double(Real(got.lse[0]) - exact.lse[0]), 0, certified_.bound.heads[0].lse(0));
    for (std::int64_t d = 0; d < values; ++d)
      most = std::max(most, properties::error_over_bound(double(Real(got.out[std::size_t(d)]) - exact.out[std::size_t(d)]), 0,
                                                         certified_.bound.heads[0].out(0, d)));
    return most;
  }

  // How many bounds the output moves by when every distance is one too long.
  double slip() {
    certify();
    const reference::Head& head = certified_.truth.heads[0];
    double sum = 0, most = 0;
    std::array<double, values> out{};
    for (Eigen::Index c = 0; c < head.weights.cols(); ++c) {
      const double weight = head.weights(0, c) * std::exp(c < persistent ? 0 : -double(slope));
      sum += weight;
      for (std::int64_t d = 0; d < values; ++d) out[std::size_t(d)] += weight * head.value(c, d);
    }
    for (std::int64_t d = 0; d < values; ++d)
      most = std::max(most, std::abs(out[std::size_t(d)] / sum - head.out(0, d)) / certified_.bound.heads[0].out(0, d));
    return most;
  }

 private:
  static float random_value(std::uint64_t seed, std::uint64_t at) {
    const std::uint64_t bits = mix(seed + 0x9e3779b97f4a7c15u * at);
    return float(normal(bits) * (1 + uniform(mix(bits)) * 0x1p-10));
  }

  Tensor tensor(std::initializer_list<std::int64_t> shape) {
    const Tensor made = inputs_.allocate(Type::f32, shape);
    arrays_.emplace_back(static_cast<float*>(made.data), made.elements());
    return made;
  }

  void certify() {
    reference::attend(call_.problem, call_.tensors, certified_.truth);
    reference::error_bound(call_.problem, call_.tensors, certified_.truth, kernel_.arithmetic(call_.problem, {}),
                           certified_.bound);
  }

  const Kernel& kernel_;
  Inputs inputs_;
  Call call_;
  Certified certified_;
  std::vector<std::pair<float*, std::int64_t>> arrays_;  // q, mem_k, mem_v, segment_k, segment_v
};

// Keeps each change that brings the error nearer to the bound. The row ends at its worst.
double climb(Row& row, int steps, std::uint64_t seed) {
  double worst = row.error_over_bound();
  for (int step = 0; step < steps; ++step) {
    const Row::Change undo = row.change(mix(seed + std::uint64_t(step)));
    const double now = row.error_over_bound();
    if (now > worst)
      worst = now;
    else
      *undo.at = undo.was;
  }
  return row.exact_error_over_bound();
}

}  // namespace

Problem problem_of(const Stratum& stratum) {
  Problem p;
  p.head_dim = stratum.head_dim;
  p.value_dim = values;
  p.queries = 1;
  p.mem_kv = persistent;
  p.segment = stratum.columns - persistent;
  p.bias = {BiasKind::alibi, Slopes::per_head};
  return p;
}

Nearness nearness(const Stratum& stratum, const Kernel& kernel, int random_inputs, int climbing_steps, std::uint64_t seed) {
  Row row(stratum, kernel);
  Nearness result;
  std::uint64_t worst_seed = seed;
  std::vector<double> slips;
  for (int k = 0; k < random_inputs; ++k) {
    row.fill_random(seed + std::uint64_t(k));
    const double ratio = row.error_over_bound();
    if (ratio > result.random) result.random = ratio, worst_seed = seed + std::uint64_t(k);
    slips.push_back(row.slip());
  }
  std::nth_element(slips.begin(), slips.begin() + std::ptrdiff_t(slips.size() / 2), slips.end());
  result.slip = slips[slips.size() / 2];
  row.fill_random(worst_seed);
  result.adversarial = climb(row, climbing_steps, seed);
  for (int k = 0; k < random_inputs; ++k) {
    row.fill_equal(seed + std::uint64_t(k));
    result.adversarial = std::max(result.adversarial, row.exact_error_over_bound());
  }
  return result;
}

}  // namespace boresight::audit
