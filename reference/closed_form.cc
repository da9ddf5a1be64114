#include "reference/closed_form.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "reference/decode.h"
#include "reference/position_bias.h"
#include "reference/visibility.h"

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Columns = std::vector<Index>;

Columns visible_columns(const Head& head, Index i) {
  Columns columns;
  for (Index c = 0; c < head.visible.cols(); ++c) {
    if (head.visible(i, c)) columns.push_back(c);
  }
  return columns;
}

// log(e^a + e^b).
double log_add(double a, double b) {
  const double high = std::max(a, b);
  return high == -infinity ? high : high + std::log1p(std::exp(std::min(a, b) - high));
}

double cap(double x, double softcap) { return softcap > 0 ? softcap * std::tanh(x / softcap) : x; }

// The scaled dot product, where it is the same for all these columns.
std::optional<double> shared_product(const Problem& problem, const Head& head, Index i, const Columns& columns) {
  if (head.query.row(i).isZero(0)) return 0;
  for (const Index c : columns) {
    if (head.key.row(c) != head.key.row(columns[0])) return std::nullopt;
  }
  return effective_scale(problem) * head.query.row(i).dot(head.key.row(columns[0]));
}

std::optional<double> shared_bias(const Head& head, Index i, const Columns& columns) {
  for (const Index c : columns) {
    if (head.bias(i, c) != head.bias(i, columns[0])) return std::nullopt;
  }
  return head.bias(i, columns[0]);
}

ClosedRow empty_row(const Problem& problem, double sink) { return {Closed::empty, Vector::Zero(problem.value_dim), sink}; }

// `total` = log of the sum of the visible exponentials, `mean` = their weighted mean of v; the sink takes its share.
ClosedRow with_sink(Closed kind, const Vector& mean, double total, double sink) {
  return {kind, mean / (1 + std::exp(sink - total)), log_add(total, sink)};
}

ClosedRow equal_scores(const Head& head, const Columns& columns, double score, double sink) {
  Vector sum = Vector::Zero(head.value.cols());
  for (const Index c : columns) sum += head.value.row(c).transpose();
  const double count = double(columns.size());
  return with_sink(Closed::equal, sum / count, score + std::log(count), sink);
}

// x^k by squaring.
double power(double x, std::int64_t k) {
  double result = 1;
  for (; k > 0; k /= 2, x *= x) {
    if (k % 2 == 1) result *= x;
  }
  return result;
}

std::int64_t steps_apart(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t i, std::int64_t c) {
  if (!problem.custom_positions) return std::abs(query_position(problem, i) - key_position(problem, c));
  const double key = element(tensors.key_positions, b, c - problem.mem_kv);
  return std::int64_t(std::abs(element(tensors.query_positions, b, i) - key));
}

bool falls_geometrically(const Problem& problem, const Columns& columns) {
  const bool straight = !(problem.softcap > 0) || problem.softcap_order == SoftcapOrder::before_bias;
  return problem.bias.kind == BiasKind::alibi && straight && columns[0] >= first_positioned(problem);
}

ClosedRow geometric(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t i,
                    const Head& head, const Columns& columns, double product, double sink) {
  std::vector<std::int64_t> steps;
  for (const Index c : columns) steps.push_back(steps_apart(problem, tensors, b, i, c - first_column(problem)));
  const std::int64_t nearest = *std::min_element(steps.begin(), steps.end());
  const double fall = slope(problem, tensors, b, h), ratio = std::exp(-fall);
  Vector sum = Vector::Zero(head.value.cols());
  double total = 0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double weight = power(ratio, steps[k] - nearest);
    sum += weight * head.value.row(columns[k]).transpose();
    total += weight;
  }
  const double top = cap(product, parameter(problem, problem.softcap)) - fall * double(nearest);
  return with_sink(Closed::geometric, sum / total, top + std::log(total), sink);
}

}  // namespace

ClosedRow closed_form(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t i,
                      const Head& head) {
  const double sink = problem.sink ? element(tensors.sinks, h) : -infinity;
  const double softcap = parameter(problem, problem.softcap);
  const Columns columns = visible_columns(head, i);
  if (columns.empty()) return empty_row(problem, sink);
  const std::optional<double> product = shared_product(problem, head, i, columns);
  if (!product) return {};
  if (const std::optional<double> bias = shared_bias(head, i, columns)) {
    const bool after = problem.softcap_order == SoftcapOrder::after_bias;
    const double score = after ? cap(*product + *bias, softcap) : cap(*product, softcap) + *bias;
    return equal_scores(head, columns, score, sink);
  }
  if (!falls_geometrically(problem, columns)) return {};
  return geometric(problem, tensors, b, h, i, head, columns, *product, sink);
}

}  // namespace boresight::reference
