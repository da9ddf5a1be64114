#include "reference/position_bias.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "reference/decode.h"
#include "reference/visibility.h"

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The columns of a Head that have a position, [n][M+S].
auto positioned(const Problem& problem, Matrix& bias) { return bias.rightCols(problem.memories + problem.segment); }

void alibi(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t b, std::int64_t h,
           Matrix& bias) {
  positioned(problem, bias) = -slope(problem, tensors, b, h) * sequence.distance.cwiseAbs();
}

void relative_buckets(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t h, Matrix& bias) {
  const double scale = parameter(problem, problem.bias.bias_scale);
  Vector table(problem.bias.buckets);
  for (Index entry = 0; entry < table.size(); ++entry) table[entry] = element(tensors.bucket_table, entry, h);
  positioned(problem, bias) = sequence.bucket.unaryExpr([&](std::int64_t entry) { return scale * table[entry]; }).matrix();
}

void distance_table(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t h, Matrix& bias) {
  Vector table;
  decode_row(tensors.distance_table, table, h);
  const double first = double(1 - problem.queries);
  positioned(problem, bias) = sequence.distance.unaryExpr([&](double d) {
    const bool inside = first <= d && d - first < double(table.size());
    return inside ? table[Index(d - first)] : std::numeric_limits<double>::quiet_NaN();
  });
}

void dense(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, Matrix& bias, Flags& visible) {
  decode_rows(tensors.dense, bias, 0, first_positioned(problem), b, h);
  const auto hidden = (bias.array() == -infinity).eval();
  visible = visible && !hidden;
  bias = hidden.select(0, bias);
}

// F[M + tq] - F[M + tk]: column c of the tensor is at M + tk = c.
void forget(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, Matrix& bias) {
  Vector sum;
  decode_row(tensors.forget, sum, b, h);
  for (Index i = 0; i < bias.rows(); ++i) {
    const double here = sum[problem.memories + query_position(problem, i)];
    positioned(problem, bias).row(i) = here - sum.transpose().array();
  }
}

}  // namespace

double geometric_slope(std::int64_t count, std::int64_t k) {
  const std::int64_t power = std::int64_t(std::bit_floor(std::uint64_t(count)));
  if (k < power) return std::exp2(-8 * double(k + 1) / double(power));
  return std::exp2(-8 * double(2 * (k - power) + 1) / double(2 * power));
}

double slope(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h) {
  if (problem.bias.slopes != Slopes::geometric) return element(tensors.slopes, b, h);
  return h < problem.bias.alibi_heads ? parameter(problem, geometric_slope(problem.bias.alibi_heads, h)) : 0;
}

std::int64_t bucket(const Bias& bias, std::int64_t distance) {
  const std::int64_t count = bias.bidirectional ? bias.buckets / 2 : bias.buckets;
  const std::int64_t offset = bias.bidirectional && distance < 0 ? count : 0;
  const std::int64_t d = bias.bidirectional ? std::abs(distance) : std::max<std::int64_t>(distance, 0);
  const std::int64_t exact = count / 2;
  if (d < exact) return offset + d;
  const double e = double(exact);
  const double steps = std::floor(std::log(double(d) / e) / std::log(double(bias.max_distance) / e) * double(count - exact));
  return offset + std::int64_t(std::min(double(count - 1), e + steps));
}

void position_bias(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t b, std::int64_t h,
                   Matrix& bias, Flags& visible) {
  bias.setZero(problem.queries, head_columns(problem));
  if (problem.queries == 0 || problem.memories + problem.segment == 0) return;
  switch (problem.bias.kind) {
    case BiasKind::none:
      return;
    case BiasKind::alibi:
      return alibi(problem, tensors, sequence, b, h, bias);
    case BiasKind::relative_buckets:
      return relative_buckets(problem, tensors, sequence, h, bias);
    case BiasKind::distance_table:
      return distance_table(problem, tensors, sequence, h, bias);
    case BiasKind::dense:
      return dense(problem, tensors, b, h, bias, visible);
    case BiasKind::forget:
      return forget(problem, tensors, b, h, bias);
  }
}

}  // namespace boresight::reference
