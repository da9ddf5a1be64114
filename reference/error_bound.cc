// Follows reference/error_bound.md step by step; the letters are those of that derivation.
#include "reference/error_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double u_reference = 0x1p-53;  // the truth is computed in double: its own roundings count as well

// Relative error of k roundings in a row, each by at most u.
double gamma(double k, double u) { return k * u < 0.5 ? k * u / (1 - k * u) : infinity; }

// (1+a)(1+b) - 1
double both(double a, double b) { return a + b + a * b; }

// What a store into `type` adds to a value that was computed with roundoff u: nothing where the type is as wide.
double narrowing(Type type, double u) { return unit_roundoff(type) > u ? unit_roundoff(type) : 0; }

// The most that one operation loses to underflow.
double underflow(Type type, bool flushes) { return flushes ? smallest_normal(type) : smallest_subnormal(type) / 2; }

// What a relative error of a divisor does to a quotient.
double as_divisor(double error) { return error < 1 ? error / (1 - error) : infinity; }

// Score errors beyond this many nats leave nothing but the hull; far below where e^d leaves the range of double.
constexpr double far = 300;

// An upper bound of e^d - 1, and a lower bound of e^-d, tight where d is small.
double growth(double d) { return d <= 1 ? d + d * d : std::expm1(d); }
double decay(double d) { return d <= 0.5 ? 1 - d : std::exp(-d); }

// The constants of one problem and arithmetic.
struct Roundings {
  double u;             // of the accumulator
  double product;       // of scale * <q', k'>, relative to scale * magnitude
  double angle;         // of a rotary angle, relative
  double bias;          // of a bias term, relative
  double sum;           // of one addition
  double cap;           // of the softcap, relative to its result
  double score;         // of storing a score, relative
  double argument;      // of the exponential's argument, relative to score - m
  double exponential;   // of a weight, all rescales included, in log
  double numerator;     // of sum w v, relative to sum w |v|
  double denominator;   // of sum w, relative
  double quotient;      // of the division, relative
  double output;        // of storing the result, relative
  double lse_store;     // of storing an lse, relative
  double log;           // of the logarithm, relative
  double lse_merge;     // of merging by lse, relative to the larger of |score| and |lse| and the log of the columns
  double log_columns;   // that log
  double lost_score;    // absolute: what a stored score may lose
  double lost_cap;      // absolute: what a cap may lose, once its quotient's loss is scaled back
  double lost_product;  // absolute: what a q.k may lose to underflow
  double lost_entry;    // absolute: what one entry of q' or k' may lose as it is stored or read
  double lost_value;    // absolute: what one entry of v may lose as it is read
  double lost_weight;   // absolute: what a weight may lose
  double lost_term;     // absolute: what one w * v may lose
  double lost_output;   // absolute: what the stored result may lose
  double own;           // 1 + the relative error of evaluating this bound
};

double bias_roundings(const Problem& problem) {
  switch (problem.bias.kind) {
    case BiasKind::none:
    case BiasKind::dense:
    case BiasKind::distance_table:
      return 0;
    case BiasKind::relative_buckets:
    case BiasKind::forget:
      return 1;
    case BiasKind::alibi:
      return problem.bias.slopes == Slopes::geometric ? 3 : 2;  // [slope,] distance to float, product
  }
  return 0;
}

// Per side of a turned product: two products and a sum a component, cos and sin, the XPOS factor, the store.
double turn_rounding(const Problem& problem, const Arithmetic& a, double u) {
  if (problem.rotary.dims == 0) return 0;
  const double turn = a.turn_error + 2 * u_reference;
  const double component = std::sqrt(2.0) * (gamma(4, u) + std::sqrt(2.0) * turn);
  const double factor = problem.rotary.xpos.on ? both(turn, u) : 0;
  return both(both(component, factor), narrowing(a.rotated, u));
}

Roundings roundings(const Problem& problem, const Arithmetic& a) {
  const double u = a.accumulator_roundoff;
  const double columns = double(problem.columns()) + 1;
  const auto chain = [&](double links, double reference_links) {
    return gamma(links, u) + gamma(reference_links + 4, u_reference);
  };
  const double turn = turn_rounding(problem, a, u + u_reference);
  const double one = u + u_reference;
  Roundings r{};
  r.u = one;
  r.product =
      both(both(chain(double(a.dot_chain) + 2, double(problem.head_dim)), both(turn, turn)), narrowing(a.scaled_query, u));
  r.angle = a.angle_error + 2 * u_reference;
  r.bias = gamma(bias_roundings(problem), one);
  r.sum = one;
  r.cap = both(a.tanh_error + 2 * u_reference, gamma(3, one));
  r.score = narrowing(a.scores, u);
  r.argument = gamma(a.exp_argument_roundings, one);
  const double exp_error = a.exp_error + 2 * u_reference;
  r.exponential = double(1 + a.rescales) * exp_error / (1 - exp_error);
  const double weight = narrowing(a.weights, u);
  r.numerator = both(chain(double(a.value_chain + a.rescales) + 1, columns), weight);
  r.denominator = both(chain(double(a.value_chain + a.rescales) + 1, columns), weight);
  r.quotient = gamma(2, one);
  r.output = narrowing(problem.type, u);
  r.lse_store = narrowing(problem.type == Type::f64 ? Type::f64 : Type::f32, u);
  r.log = a.log_error + 2 * u_reference;
  r.lse_merge = a.merge == Merge::by_lse ? double(a.rescales) * (2 * one + a.log_error) : 0;
  r.log_columns = std::log(columns + 1);
  const double lost = underflow(a.accumulator, a.flushes_subnormals);
  const bool narrowed = problem.rotary.dims > 0 || unit_roundoff(a.scaled_query) > u;
  r.lost_score = r.score > 0 ? underflow(a.scores, a.flushes_subnormals) : 0;
  r.lost_cap = (2 * parameter(problem, problem.softcap) + 1) * lost;
  r.lost_product = (double(problem.head_dim) + 3) * lost;
  r.lost_entry =
      narrowed ? 3 * lost + underflow(a.rotated, a.flushes_subnormals) + underflow(a.scaled_query, a.flushes_subnormals) : 0;
  r.lost_value = a.flushes_inputs ? smallest_normal(problem.type) : 0;
  r.lost_entry += r.lost_value;
  r.lost_weight = double(1 + a.rescales) * (lost + underflow(a.weights, a.flushes_subnormals));
  r.lost_term = double(2 + a.rescales) * lost;
  r.lost_output = lost + (r.output > 0 ? underflow(problem.type, a.flushes_subnormals) : 0);
  r.own = 1 + (columns + double(problem.head_dim) + 64) * 2 * u_reference;
  return r;
}

// Scratch for one row; reused from row to row.
struct Row {
  std::vector<Eigen::Index> columns;  // the visible ones
  std::vector<double> d;              // error of each visible column's log weight
  std::vector<double> w;              // its true weight
};

class HeadBounder {
 public:
  HeadBounder(const Problem& problem, const Roundings& r, const Head& head, HeadBound& bound)
      : problem_(problem),
        r_(r),
        head_(head),
        bound_(bound),
        scale_(std::abs(effective_scale(problem))),
        softcap_(parameter(problem, problem.softcap)),
        turned_(problem.rotary.dims > 0) {
    if (r.lost_entry > 0) {
      query_sum_ = head.query.cwiseAbs().rowwise().sum();
      key_sum_ = head.key.cwiseAbs().rowwise().sum();
    }
    bound.out.setZero(head.out.rows(), head.out.cols());
    bound.lse.setZero(head.out.rows());
  }

  // `sink` is -inf where there is none.
  void bound_row(Eigen::Index i, double sink, Row& row) {
    collect(i, row);
    const bool has_sink = sink > -infinity;
    if (row.columns.empty() && !has_sink) return;  // an empty row is exactly 0 and -inf
    const double m = head_.maximum(i);
    const double lse = head_.lse(i);
    const double score_error_max = score_errors(i, row);
    for (std::size_t k = 0; k < row.d.size(); ++k) {
      const double score = head_.scores(i, row.columns[k]);
      row.d[k] += log_weight_error(score, m, lse, row.d[k] + score_error_max);
    }
    const double sink_weight = has_sink ? std::exp(sink - lse) : 0;
    const double sink_error = has_sink ? log_weight_error(sink, m, lse, score_error_max) : 0;
    const double worst =
        std::accumulate(row.d.begin(), row.d.end(), sink_error, [](double a, double b) { return std::max(a, b); });
    if (!(worst <= far)) return bound_far_row(i, row, worst, m, has_sink);
    double shrunk = sink_weight * decay(sink_error);  // A
    double grown = sink_weight * growth(sink_error);
    for (std::size_t k = 0; k < row.d.size(); ++k) {
      shrunk += row.w[k] * decay(row.d[k]);
      grown += row.w[k] * growth(row.d[k]);
    }
    const double parts = std::exp(lse - m);  // l, the true denominator relative to m
    bound_out(i, row, sink_weight * growth(sink_error) / shrunk, shrunk, parts, has_sink);
    bound_lse(i, std::max(std::log1p(grown), -std::log(shrunk)), double(row.columns.size()), m, parts * shrunk);
  }

 private:
  void collect(Eigen::Index i, Row& row) {
    row.columns.clear();
    row.w.clear();
    for (Eigen::Index c = 0; c < head_.visible.cols(); ++c) {
      if (!head_.visible(i, c)) continue;
      row.columns.push_back(c);
      row.w.push_back(head_.weights(i, c));
    }
    row.d.resize(row.columns.size());
  }

  // Fills row.d with the error of each score; returns the largest.
  double score_errors(Eigen::Index i, Row& row) const {
    double most = 0;
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      row.d[k] = score_error(i, row.columns[k]);
      most = std::max(most, row.d[k]);
    }
    return most;
  }

  double score_error(Eigen::Index i, Eigen::Index c) const {
    double product_error = scale_ * (head_.magnitude(i, c) * r_.product + r_.lost_product);
    if (turned_) {
      product_error +=
          scale_ * (1 + r_.product) * r_.angle * (head_.query_turn(i) + head_.key_turn(c)) * head_.angle_magnitude(i, c);
    }
    if (r_.lost_entry > 0) product_error += scale_ * r_.lost_entry * (query_sum_(i) + key_sum_(c) + double(problem_.head_dim));
    const double bias = head_.bias(i, c);
    const double bias_error = r_.bias * std::abs(bias);
    const double product = head_.product(i, c);
    if (softcap_ > 0 && problem_.softcap_order == SoftcapOrder::before_bias) {
      const double capped = softcap_ * std::tanh(product / softcap_);
      return stored(add(cap(product_error, capped), bias_error, capped + bias), head_.scores(i, c));
    }
    const double error = add(product_error, bias_error, product + bias);
    return stored(softcap_ > 0 ? cap(error, head_.scores(i, c)) : error, head_.scores(i, c));
  }

  double add(double a_error, double b_error, double sum) const {
    return (a_error + b_error) * (1 + r_.sum) + r_.sum * std::abs(sum);
  }
  double cap(double error, double capped) const { return error + r_.cap * (std::abs(capped) + error) + r_.lost_cap; }
  double stored(double error, double score) const { return error + r_.score * (std::abs(score) + error) + r_.lost_score; }

  // Beyond the score's own error: the rounded argument (rescales telescope to score - m), the exponentials, the merge.
  double log_weight_error(double score, double m, double lse, double score_errors) const {
    return r_.argument * (std::abs(score - m) + score_errors) + r_.exponential +
           r_.lse_merge * (std::max(std::abs(score), std::abs(lse)) + r_.log_columns);
  }

  void bound_out(Eigen::Index i, const Row& row, double sink_moved, double shrunk, double parts, bool has_sink) {
    const std::size_t width = std::size_t(head_.out.cols());
    const double* truth = head_.out.row(i).data();
    sums_.assign(4 * width, 0);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const double more = row.w[k] * growth(row.d[k]) / shrunk;
      add_column(head_.value.row(row.columns[k]).data(), truth, more, row.w[k] / shrunk + more, width, sums_.data());
    }
    const double* moved = sums_.data();
    const double* size_moved = moved + width;
    const double* reach = size_moved + width;
    const double* size_sum = reach + width;
    const double columns = double(row.columns.size());
    const double divisor = parts * shrunk;
    for (std::size_t e = 0; e < width; ++e) {
      const double size = std::abs(truth[e]);
      const double inside = std::min(moved[e] + sink_moved * size, has_sink ? std::max(reach[e], size) : reach[e]);
      bound_.out(i, Eigen::Index(e)) = rounded(inside, size, size_moved[e], size_sum[e], columns, divisor);
    }
  }

  // An output element that scores move by `inside`: then sums, underflow, quotient and store. `size_moved` bounds the sum of
  // moved weights times |v|, `divisor` the computed denominator from below.
  double rounded(double inside, double size, double size_moved, double size_sum, double columns, double divisor) const {
    double error = inside + r_.lost_value + size_moved * r_.numerator * (1 + as_divisor(r_.denominator));
    error += (size + error) * as_divisor(r_.denominator);
    const double lost = r_.lost_weight * columns / divisor;
    error += (r_.lost_weight * size_sum + r_.lost_term * columns) / divisor * (1 + as_divisor(lost)) +
             (size + error) * as_divisor(lost);
    error += r_.quotient * (size + error);
    error += r_.output * (size + error) + r_.lost_output;
    return error * r_.own;
  }

  // Scores so wrong that any weights may come out: the result stays in the hull, and its denominator is at least 1, the weight
  // of the kernel's own largest score.
  void bound_far_row(Eigen::Index i, const Row& row, double worst, double m, bool has_sink) {
    const double columns = double(row.columns.size());
    for (Eigen::Index e = 0; e < head_.out.cols(); ++e) {
      const double truth = head_.out(i, e);
      double reach = has_sink ? std::abs(truth) : 0, largest = 0, sum = 0;
      for (const Eigen::Index c : row.columns) {
        reach = std::max(reach, std::abs(head_.value(c, e) - truth));
        largest = std::max(largest, std::abs(head_.value(c, e)));
        sum += std::abs(head_.value(c, e));
      }
      bound_.out(i, e) = rounded(reach, std::abs(truth), largest, sum, columns, 1);
    }
    bound_lse(i, worst, columns, m, 1);
  }

  // One visible column's part in four sums over output elements: w (e^d - 1) |v - out| / A, w e^d |v| / A, the largest
  // |v - out|, and |v|.
  static void add_column(const double* __restrict value, const double* __restrict truth, double more, double weight,
                         std::size_t width, double* __restrict sums) {
    for (std::size_t e = 0; e < width; ++e) {
      const double away = std::abs(value[e] - truth[e]);
      const double size = std::abs(value[e]);
      const double reach = sums[2 * width + e];
      sums[e] += more * away;
      sums[width + e] += weight * size;
      sums[2 * width + e] = away > reach ? away : reach;
      sums[3 * width + e] += size;
    }
  }

  // `moved` is what score errors do to the lse.
  void bound_lse(Eigen::Index i, double moved, double columns, double m, double divisor) {
    const double lse = std::abs(head_.lse(i));
    const double log_parts = std::abs(head_.lse(i) - m);
    double error = moved + as_divisor(r_.denominator) + as_divisor(r_.lost_weight * columns / divisor);
    error += (r_.log + r_.u) * (log_parts + error) + r_.u * (std::abs(m) + lse + error);
    error += r_.lse_store * (lse + error);
    bound_.lse(i) = error * r_.own;
  }

  const Problem& problem_;
  const Roundings& r_;
  const Head& head_;
  HeadBound& bound_;
  double scale_;
  double softcap_;
  bool turned_;
  Vector query_sum_, key_sum_;  // of absolute entries
  std::vector<double> sums_;    // of add_column
};

double sink_of(const Tensors& tensors, std::int64_t h) {
  if (!tensors.sinks) return -infinity;
  return tensors.sinks.type == Type::f64 ? tensors.sinks.at<double>(h) : double(tensors.sinks.at<float>(h));
}

}  // namespace

void error_bound(const Problem& problem, const Tensors& tensors, const Attention& truth, const Arithmetic& arithmetic,
                 ErrorBound& result) {
  const Roundings r = roundings(problem, arithmetic);
  result.heads.resize(truth.heads.size());
  Row row;
  for (std::size_t at = 0; at < truth.heads.size(); ++at) {
    HeadBounder bounder(problem, r, truth.heads[at], result.heads[at]);
    const double sink = problem.sink ? sink_of(tensors, std::int64_t(at) % problem.heads) : -infinity;
    for (Eigen::Index i = 0; i < truth.heads[at].out.rows(); ++i) bounder.bound_row(i, sink, row);
  }
}

ErrorBound error_bound(const Problem& problem, const Tensors& tensors, const Attention& truth, const Arithmetic& arithmetic) {
  ErrorBound result;
  error_bound(problem, tensors, truth, arithmetic, result);
  return result;
}

}  // namespace boresight::reference
