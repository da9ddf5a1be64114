#include "properties/readings/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace boresight::properties::readings {
namespace {

using reference::Head;
using reference::Index;
using reference::Matrix;

constexpr double infinity = std::numeric_limits<double>::infinity();

class Evaluator {
 public:
  Evaluator(const Reader& reader, std::int64_t b, std::int64_t h, std::int64_t first, std::int64_t last, Evaluation& result)
      : r_(reader),
        p_(reader.problem),
        b_(b),
        h_(h),
        first_(first),
        rows_(last - first),
        zero_(p_.zero_kv ? 1 : 0),
        sink_(zero_ + p_.columns()),
        products_(*result.products),
        head_(result.head),
        open_(result.lse_is_open) {}

  void run() {
    resize();
    for (Index row = 0; row < rows_; ++row) {
      for (Index k = 0; k < sink_; ++k) cell(row, k);
      if (p_.sink) put_sink(row);
      if (!head_.visible.row(row).any()) empty(row);
      softmax(row);
    }
  }

 private:
  void resize() {
    const Index columns = sink_ + (p_.sink ? 1 : 0);
    for (Matrix* matrix : {&head_.bias, &head_.product, &head_.scores, &head_.weights}) matrix->setZero(rows_, columns);
    head_.visible.setConstant(rows_, columns, false);
    head_.out.setZero(rows_, p_.value_dim);
    head_.lse.setZero(rows_);
    head_.maximum.setZero(rows_);
    open_.assign(std::size_t(rows_), false);
  }

  void cell(Index row, Index k) {
    const std::int64_t i = first_ + row, c = k - zero_;
    bool sees = c < 0 || visible(i, c);
    double bias = c >= 0 && r_.decide.biased(r_, c) ? bias_of(i, c) : 0;
    if (bias == -infinity) sees = false, bias = 0;  // a dense -inf hides its column
    if (!sees) {
      head_.scores(row, k) = r_.decide.hidden_score(r_);
      head_.visible(row, k) = head_.scores(row, k) > -infinity;
      return;
    }
    if (c >= 0) head_.product(row, k) = products_.product(row, c);
    head_.bias(row, k) = bias * r_.decide.bias_factor(r_);
    head_.scores(row, k) = r_.decide.score(r_, head_.product(row, k), head_.bias(row, k));
    head_.visible(row, k) = true;
  }

  bool visible(std::int64_t i, std::int64_t c) const {
    const Decisions& decide = r_.decide;
    if (!decide.kept(r_, b_, c) || !decide.admitted(r_, b_, h_, i, c)) return false;
    if (!decide.causal_exempt(r_, c) && !decide.causal_sees(r_, decide.causal_delta(r_, b_, i, c))) return false;
    return decide.window_exempt(r_, c) || decide.window_sees(r_, decide.window_delta(r_, b_, i, c));
  }

  double bias_of(std::int64_t i, std::int64_t c) const {
    return r_.decide.bias_value(r_, b_, r_.decide.bias_head(r_, h_), i, c, r_.decide.distance(r_, b_, i, c));
  }

  void put_sink(Index row) {
    double largest = -infinity;
    for (Index k = 0; k < sink_; ++k)
      if (head_.visible(row, k)) largest = std::max(largest, head_.scores(row, k));
    const double sink = r_.decide.sink(r_, h_, largest);
    head_.bias(row, sink_) = head_.scores(row, sink_) = sink;
    head_.visible(row, sink_) = sink != -infinity;
  }

  void empty(Index row) {
    if (r_.decide.empty_row_is_mean && !r_.decide.empty_row_is_zeroed(r_, b_, h_, first_ + row)) see_everything(row);
    if (!r_.decide.empty_row_is_nan) return;
    head_.out.row(row).setConstant(std::numeric_limits<double>::quiet_NaN());
    open_[std::size_t(row)] = true;
  }

  void see_everything(Index row) {
    for (Index k = 0; k < sink_; ++k) {
      head_.scores(row, k) = head_.bias(row, k) = head_.product(row, k) = 0;
      head_.visible(row, k) = true;
    }
    open_[std::size_t(row)] = true;
  }

  void softmax(Index row) {
    double m = r_.decide.least_maximum, sum = 0;
    for (Index k = 0; k < head_.scores.cols(); ++k)
      if (head_.visible(row, k)) m = std::max(m, head_.scores(row, k));
    if (m == r_.decide.least_maximum && m > -infinity) lose_small_weights(row);
    head_.maximum(row) = m;
    head_.lse(row) = r_.decide.empty_lse;
    if (!head_.visible.row(row).any()) return;
    for (Index k = 0; k < head_.scores.cols(); ++k)
      if (head_.visible(row, k)) sum += head_.weights(row, k) = std::exp(head_.scores(row, k) - m);
    head_.lse(row) = m + std::log(sum);
    for (Index k = 0; k < head_.scores.cols(); ++k) {
      if (!head_.visible(row, k)) continue;
      head_.weights(row, k) /= sum;
      const Index c = k - zero_;
      if (c < 0 || c >= p_.columns()) continue;  // the zero key's value, and the sink's, is 0
      for (std::int64_t d = 0; d < p_.value_dim; ++d) head_.out(row, d) += head_.weights(row, k) * products_.value(c, d);
    }
  }

  // Below a maximum that never moved, weights leave f32's range at e^-103.97; what they leave is not seen at all.
  void lose_small_weights(Index row) {
    for (Index k = 0; k < head_.scores.cols(); ++k)
      if (head_.visible(row, k) && float(std::exp(head_.scores(row, k) - r_.decide.least_maximum)) == 0)
        head_.visible(row, k) = false;
  }

  const Reader& r_;
  const Problem& p_;
  const std::int64_t b_, h_, first_, rows_, zero_;
  const Index sink_;  // the sink's column, and the number of columns before it
  const Products& products_;
  Head& head_;
  std::vector<bool>& open_;
};

// A matrix of columns [0, K) as one of [ zero | K | sink ].
Matrix widened(const Matrix& of, Index zero, Index columns) {
  Matrix wide = Matrix::Zero(of.rows(), columns);
  wide.middleCols(zero, of.cols()) = of;
  return wide;
}
Matrix heightened(const Matrix& of, Index zero, Index rows) {
  Matrix high = Matrix::Zero(rows, of.cols());
  high.middleRows(zero, of.rows()) = of;
  return high;
}

// The evaluation as a whole Head, as the reference would have made it.
Head whole_head(const Evaluation& e, Index zero) {
  Head head = e.head;
  const Products& from = *e.products;
  const Index columns = e.head.scores.cols();
  head.query = from.query;
  head.query_size = from.query_size;
  head.query_turn = from.query_turn;
  head.key = heightened(from.key, zero, columns);
  head.value = heightened(from.value, zero, columns);
  head.key_size = heightened(from.key_size, zero, columns);
  head.key_turn = reference::Vector::Zero(columns);
  head.key_turn.segment(zero, from.key_turn.size()) = from.key_turn;
  head.magnitude = widened(from.magnitude, zero, columns);
  head.angle_magnitude = widened(from.angle_magnitude, zero, columns);
  return head;
}

}  // namespace

Evaluation evaluate(const Decisions& decisions, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t first,
                    std::int64_t last, BookProducts* shared) {
  Evaluation result;
  result.products = shared != nullptr ? shared->under(decisions, b, h, first, last)
                                      : std::make_shared<const Products>(products(decisions, tensors, b, h, first, last));
  const Reader reader{decisions, decisions.problem, tensors};
  Evaluator(reader, b, h, first, last, result).run();
  if (decisions.lse_base_two) result.head.lse *= std::numbers::log2e;
  return result;
}

reference::HeadBound bound(const Evaluation& evaluation, const Decisions& decisions, const Tensors& tensors,
                           const Arithmetic& arithmetic) {
  Problem problem = decisions.problem;
  problem.sink = false;  // it is a column here
  reference::Attention attention;
  attention.heads.push_back(whole_head(evaluation, problem.zero_kv ? 1 : 0));
  reference::Vector& lse = attention.heads[0].lse;
  if (decisions.lse_base_two) lse /= std::numbers::log2e;
  reference::HeadBound result = std::move(reference::error_bound(problem, tensors, attention, arithmetic).heads[0]);
  if (!decisions.lse_base_two) return result;
  // One more factor, which a kernel rounds once.
  for (Index row = 0; row < lse.size(); ++row)
    if (const double got = evaluation.head.lse(row); got != -infinity)
      result.lse(row) = std::numbers::log2e * result.lse(row) + 2 * arithmetic.accumulator_roundoff * std::abs(got);
  return result;
}

}  // namespace boresight::properties::readings
