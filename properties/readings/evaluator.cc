#include "properties/readings/evaluator.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "properties/readings/number.h"

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
        scale_ratio_(scale_ratio(reader)),
        head_(result.head),
        open_(result.lse_is_open) {}

  void run() {
    frequencies();
    load_queries();
    load_keys();
    sizes(head_.query, head_.query_size);
    sizes(head_.key, head_.key_size);
    resize();
    for (Index row = 0; row < rows_; ++row) {
      for (Index k = 0; k < sink_; ++k) cell(row, k);
      if (p_.sink) put_sink(row);
      if (r_.decide.empty_row_is_mean && !head_.visible.row(row).any()) see_everything(row);
      softmax(row);
    }
  }

 private:
  // The error bound multiplies magnitudes by the problem's scale, whatever scale this reading takes.
  static double scale_ratio(const Reader& reader) {
    const double by_problem = effective_scale(reader.problem);
    return by_problem != 0 ? std::abs(reader.decide.scale(reader) / by_problem) : 1;
  }

  std::int64_t pairs() const { return p_.rotary.dims / 2; }

  void frequencies() {
    const Rotary& rotary = p_.rotary;
    const double R = double(rotary.dims);
    for (std::int64_t k = 0; k < pairs(); ++k) {
      const double rescale = rotary.dims == 2 ? 1 : std::pow(parameter(p_, rotary.base_rescale), R / (R - 2));
      const double base = parameter(p_, rotary.base) * rescale;
      frequency_.push_back(rotary.frequencies_as_data ? number(r_.tensors.inverse_frequency, k)
                                                      : parameter(p_, std::pow(base, -2 * double(k) / R)));
      if (!rotary.xpos.on) continue;
      z_.push_back(rotary.xpos.scales_as_data ? number(r_.tensors.xpos_scale, k)
                                              : parameter(p_, (2 * double(k) + 0.4 * R) / (1.4 * R)));
    }
  }

  void load_queries() {
    head_.query.resize(rows_, p_.head_dim);
    head_.query_turn.setZero(pairs() > 0 ? rows_ : 0);
    for (Index row = 0; row < rows_; ++row) {
      const std::int64_t i = first_ + row;
      for (std::int64_t d = 0; d < p_.head_dim; ++d) head_.query(row, d) = number(r_.tensors.q, b_, h_, i, d);
      if (pairs() == 0) continue;
      const double place = r_.decide.query_turn(r_, b_, i);
      turn(head_.query, row, place, r_.decide.query_scale_place(r_, b_, i), r_.decide.query_scale_sign);
      head_.query_turn(row) = std::abs(place);
    }
  }

  void load_keys() {
    const Index columns = sink_ + (p_.sink ? 1 : 0);
    head_.key.setZero(columns, p_.head_dim);
    head_.value.setZero(columns, p_.value_dim);
    head_.key_turn.setZero(pairs() > 0 ? columns : 0);
    for (std::int64_t c = 0; c < p_.columns(); ++c) {
      const Index k = zero_ + c;
      for (std::int64_t d = 0; d < p_.head_dim; ++d) head_.key(k, d) = key(c, d);
      for (std::int64_t d = 0; d < p_.value_dim; ++d) head_.value(k, d) = value(c, d);
      if (pairs() == 0 || !r_.decide.turned(r_, c)) continue;
      const double place = r_.decide.key_turn(r_, b_, c);
      turn(head_.key, k, place, r_.decide.key_scale_place(r_, b_, c), r_.decide.key_scale_sign);
      head_.key_turn(k) = std::abs(place);
    }
  }

  double key(std::int64_t c, std::int64_t d) const {
    const Tensors& t = r_.tensors;
    return part(t.mem_k, t.memory_k, t.segment_k, r_.decide.key_head(r_, h_), c, d);
  }
  double value(std::int64_t c, std::int64_t d) const {
    const Tensors& t = r_.tensors;
    return part(t.mem_v, t.memory_v, t.segment_v, r_.decide.value_head(r_, h_), c, d);
  }
  double part(const Tensor& persistent, const Tensor& memory, const Tensor& segment, std::int64_t g, std::int64_t c,
              std::int64_t d) const {
    if (c < p_.mem_kv) return number(persistent, g, c, d);
    if (c < p_.mem_kv + p_.memories) return number(memory, b_, g, c - p_.mem_kv, d);
    return number(segment, b_, g, c - p_.mem_kv - p_.memories, d);
  }

  Index left(std::int64_t k) const { return p_.rotary.pairs == RotaryPairs::adjacent ? 2 * k : k; }
  Index right(std::int64_t k) const { return p_.rotary.pairs == RotaryPairs::adjacent ? 2 * k + 1 : k + pairs(); }

  void turn(Matrix& rows, Index row, double place, double scale_place, double sign) const {
    const Xpos& xpos = p_.rotary.xpos;
    const double u = (scale_place - parameter(p_, xpos.center)) / parameter(p_, xpos.scale_base);
    for (std::int64_t k = 0; k < pairs(); ++k) {
      const double angle = place / parameter(p_, p_.rotary.interpolation) * frequency_[std::size_t(k)];
      const double factor = xpos.on ? std::pow(z_[std::size_t(k)], sign * u) : 1;
      const double a = rows(row, left(k)), b = rows(row, right(k));
      rows(row, left(k)) = (a * std::cos(angle) - b * std::sin(angle)) * factor;
      rows(row, right(k)) = (b * std::cos(angle) + a * std::sin(angle)) * factor;
    }
  }

  // Norms of turned pairs, then the sizes of the entries that do not turn: what the error bound multiplies.
  void sizes(const Matrix& rows, Matrix& out) const {
    out.resize(rows.rows(), p_.head_dim - pairs());
    for (Index row = 0; row < rows.rows(); ++row) {
      for (std::int64_t k = 0; k < pairs(); ++k) out(row, k) = std::hypot(rows(row, left(k)), rows(row, right(k)));
      for (std::int64_t d = 2 * pairs(); d < p_.head_dim; ++d) out(row, d - pairs()) = std::abs(rows(row, d));
    }
  }

  void resize() {
    const Index columns = head_.key.rows();
    for (Matrix* matrix : {&head_.bias, &head_.product, &head_.scores, &head_.weights, &head_.magnitude})
      matrix->setZero(rows_, columns);
    head_.angle_magnitude.setZero(pairs() > 0 ? rows_ : 0, columns);
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
    multiply(row, k);
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

  void multiply(Index row, Index k) {
    double product = 0, magnitude = 0, turning = 0;
    for (std::int64_t d = 0; d < p_.head_dim; ++d) product += head_.query(row, d) * head_.key(k, d);
    for (Index d = 0; d < head_.query_size.cols(); ++d) {
      const double size = head_.query_size(row, d) * head_.key_size(k, d);
      magnitude += size;
      if (d < pairs()) turning += size * std::abs(frequency_[std::size_t(d)] / parameter(p_, p_.rotary.interpolation));
    }
    head_.product(row, k) = r_.decide.scale(r_) * product;
    head_.magnitude(row, k) = magnitude * scale_ratio_;
    if (pairs() > 0) head_.angle_magnitude(row, k) = turning * scale_ratio_;
  }

  void put_sink(Index row) {
    double largest = -infinity;
    for (Index k = 0; k < sink_; ++k)
      if (head_.visible(row, k)) largest = std::max(largest, head_.scores(row, k));
    const double sink = r_.decide.sink(r_, h_, largest);
    head_.bias(row, sink_) = head_.scores(row, sink_) = sink;
    head_.visible(row, sink_) = sink != -infinity;
  }

  void see_everything(Index row) {
    for (Index k = 0; k < sink_; ++k) {
      head_.scores(row, k) = head_.bias(row, k) = head_.product(row, k) = 0;
      head_.visible(row, k) = true;
    }
    open_[std::size_t(row)] = true;
  }

  void softmax(Index row) {
    double m = -infinity, sum = 0;
    for (Index k = 0; k < head_.scores.cols(); ++k)
      if (head_.visible(row, k)) m = std::max(m, head_.scores(row, k));
    head_.maximum(row) = m;
    head_.lse(row) = r_.decide.empty_lse;
    if (!head_.visible.row(row).any()) return;
    for (Index k = 0; k < head_.scores.cols(); ++k)
      if (head_.visible(row, k)) sum += head_.weights(row, k) = std::exp(head_.scores(row, k) - m);
    head_.lse(row) = m + std::log(sum);
    for (Index k = 0; k < head_.scores.cols(); ++k) {
      if (!head_.visible(row, k)) continue;
      head_.weights(row, k) /= sum;
      for (std::int64_t d = 0; d < p_.value_dim; ++d) head_.out(row, d) += head_.weights(row, k) * head_.value(k, d);
    }
  }

  const Reader& r_;
  const Problem& p_;
  const std::int64_t b_, h_, first_, rows_, zero_;
  const Index sink_;  // the sink's column, and the number of columns before it
  const double scale_ratio_;
  Head& head_;
  std::vector<bool>& open_;
  std::vector<double> frequency_, z_;
};

// lse in base 2: one more factor, which a kernel rounds once.
void to_base_two(const Arithmetic& arithmetic, Evaluation& e) {
  for (Index row = 0; row < e.head.lse.size(); ++row) {
    if (e.head.lse(row) == -infinity) continue;
    e.head.lse(row) *= std::numbers::log2e;
    e.bound.lse(row) = std::numbers::log2e * e.bound.lse(row) + 2 * arithmetic.accumulator_roundoff * std::abs(e.head.lse(row));
  }
}

}  // namespace

Evaluation evaluate(const Decisions& decisions, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t first,
                    std::int64_t last, const Arithmetic& arithmetic) {
  Evaluation result;
  const Reader reader{decisions, decisions.problem, tensors};
  Evaluator(reader, b, h, first, last, result).run();
  Problem problem = decisions.problem;
  problem.sink = false;  // it is a column here
  reference::Attention attention;
  attention.heads.push_back(std::move(result.head));
  result.bound = std::move(reference::error_bound(problem, tensors, attention, arithmetic).heads[0]);
  result.head = std::move(attention.heads[0]);
  if (decisions.lse_base_two) to_base_two(arithmetic, result);
  return result;
}

}  // namespace boresight::properties::readings
