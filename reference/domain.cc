#include "reference/domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reference/decode.h"
#include "reference/visibility.h"

namespace boresight::reference {
namespace {

struct Limits {
  Type accumulator, storage;
  double finite() const { return std::min(largest_finite(accumulator), largest_finite(storage)); }
};

Limits limits(const Problem& problem) { return {problem.type == Type::f64 ? Type::f64 : Type::f32, problem.type}; }

// What products are taken times: q.k itself must be finite as well, before it is scaled.
double scale_of(const Problem& problem) { return std::max(std::abs(effective_scale(problem)), 1.0); }

// True where sums over everything, hidden columns included, already stay in range: the usual case, and quick to see.
bool plainly_inside(const Problem& problem, const Head& head, double finite) {
  const double reach = scale_of(problem) * head.magnitude.sum() + head.bias.cwiseAbs().sum();
  const double values = double(problem.columns()) * head.value.cwiseAbs().sum();
  return reach <= finite && values <= finite && head.query_size.sum() <= finite && head.key_size.sum() <= finite;
}

// NaN where any is NaN; 0 where there is none.
double largest(const Eigen::Ref<const Matrix>& values) {
  return values.size() == 0 ? 0 : values.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
}

std::string column_outside(const Problem& problem, const Head& head, Index c, double finite) {
  const double key = largest(head.key_size.row(c)), value = largest(head.value.row(c));
  if (!std::isfinite(key) || !std::isfinite(value)) {
    return fmt::format("column {} holds a key or value that is not finite", c - first_column(problem));
  }
  if (!head.visible.col(c).any()) return "";
  if (!(key <= finite)) return fmt::format("key of column {} is {:.3g} in size", c - first_column(problem), key);
  const double sum = double(problem.columns()) * value;
  return sum <= finite ? "" : fmt::format("columns * |v| of column {} is {:.3g}", c - first_column(problem), sum);
}

std::string row_outside(const Problem& problem, const Head& head, Index i, double finite) {
  const double scale = scale_of(problem), query = largest(head.query_size.row(i));
  if (!(query <= finite)) return fmt::format("query {} is {:.3g} in size", i, query);
  for (Index c = 0; c < head.visible.cols(); ++c) {
    const double reach = scale * head.magnitude(i, c) + std::abs(head.bias(i, c));
    if (head.visible(i, c) && !(reach <= finite)) {
      return fmt::format("scale * sum|q||k| + |bias| is {:.3g} at query {}, column {}", reach, i, c - first_column(problem));
    }
  }
  return "";
}

std::string head_outside(const Problem& problem, const Head& head, double finite) {
  if (plainly_inside(problem, head, finite)) return "";
  std::string reason;
  for (Index c = 0; c < head.key.rows() && reason.empty(); ++c) reason = column_outside(problem, head, c, finite);
  for (Index i = 0; i < head.query.rows() && reason.empty(); ++i) reason = row_outside(problem, head, i, finite);
  return reason;
}

// XPOS factors stay normal numbers of the accumulator and finite in storage.
std::string factors_outside(const Matrix& factor, const Limits& limit) {
  if (factor.size() == 0) return "";
  const double least = factor.minCoeff<Eigen::PropagateNaN>(), most = factor.maxCoeff<Eigen::PropagateNaN>();
  if (least >= smallest_normal(limit.accumulator) && most <= limit.finite()) return "";
  return fmt::format("XPOS factors go from {:.3g} to {:.3g}", least, most);
}

std::string sink_outside(const Problem& problem, const Tensors& tensors, std::int64_t h, double finite) {
  if (!problem.sink) return "";
  const double sink = element(tensors.sinks, h);
  return sink <= finite && (sink >= -finite || std::isinf(sink)) ? "" : fmt::format("the sink is {:.3g}", sink);
}

}  // namespace

std::string outside_domain(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t b,
                           std::int64_t h, const Head& head) {
  const Limits limit = limits(problem);
  std::string reason = head_outside(problem, head, limit.finite());
  if (reason.empty()) reason = factors_outside(sequence.query_turns.factor, limit);
  if (reason.empty()) reason = factors_outside(sequence.key_turns.factor, limit);
  if (reason.empty()) reason = sink_outside(problem, tensors, h, limit.finite());
  if (reason.empty()) return "";
  return fmt::format("{} in sequence {}, head {}; the largest finite {} is {:.3g}", reason, b, h,
                     name(limit.finite() < largest_finite(limit.accumulator) ? limit.storage : limit.accumulator),
                     limit.finite());
}

}  // namespace boresight::reference
