#include "properties/lint/eager.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "properties/lint/rounding.h"
#include "properties/readings/number.h"

namespace boresight::properties::lint {
namespace {

using reference::Head;
using reference::Index;
using reference::Matrix;

constexpr double infinity = std::numeric_limits<double>::infinity();

class Row {
 public:
  Row(const Problem& problem, const Head& head, double sink) : p_(problem), head_(head), sink_(sink) {
    for (const auto& [from, to] : {std::pair(&head.query, &query_), {&head.key, &key_}, {&head.value, &value_}})
      *to = from->unaryExpr([&](double x) { return round(x); }).cast<float>();
  }

  void run(Index i, Eager& result) {
    const Index columns = key_.rows();
    scores_.assign(std::size_t(columns), -infinity);
    double m = sink_;
    for (Index c = 0; c < columns; ++c)
      if (head_.visible(i, c)) m = std::max(m, scores_[std::size_t(c)] = score(i, c));
    float sum = m > -infinity ? std::exp(float(sink_ - m)) : 0;
    for (double& s : scores_)
      if (s > -infinity) sum += std::exp(float(s - m));
    std::vector<float> out(std::size_t(p_.value_dim), 0);
    for (Index c = 0; c < columns; ++c) {
      if (!head_.visible(i, c)) continue;
      const float weight = float(round(double(std::exp(float(scores_[std::size_t(c)] - m)) / sum)));
      for (Index d = 0; d < p_.value_dim; ++d) out[std::size_t(d)] += weight * value_(c, d);
    }
    for (const float x : out) result.out.push_back(round(double(x)));
    result.lse.push_back(m > -infinity ? double(float(m) + std::log(sum)) : -infinity);
  }

 private:
  double round(double x) const { return rounded(p_.type, x); }
  double cap(double x) const { return round(p_.softcap * std::tanh(round(x / p_.softcap))); }

  double score(Index i, Index c) const {
    float product = 0;
    for (Index d = 0; d < p_.head_dim; ++d) product += query_(i, d) * key_(c, d);
    double s = round(round(double(product)) * effective_scale(p_));
    const bool before = p_.softcap_order == SoftcapOrder::before_bias;
    if (p_.softcap > 0 && before) s = cap(s);
    s = round(s + round(head_.bias(i, c)));
    return p_.softcap > 0 && !before ? cap(s) : s;
  }

  const Problem& p_;
  const Head& head_;
  const double sink_;
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> query_, key_, value_;
  std::vector<double> scores_;
};

}  // namespace

Eager eager(const Problem& problem, const Tensors& tensors, const reference::Attention& truth) {
  Eager result;
  for (std::size_t k = 0; k < truth.heads.size(); ++k) {
    const std::int64_t h = std::int64_t(k) % problem.heads;
    Row row(problem, truth.heads[k], problem.sink ? readings::number(tensors.sinks, h) : -infinity);
    for (std::int64_t i = 0; i < problem.queries; ++i) row.run(i, result);
  }
  return result;
}

}  // namespace boresight::properties::lint
