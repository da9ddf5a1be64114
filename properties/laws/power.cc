#include "properties/laws/power.h"

#include <algorithm>
#include <cmath>

namespace boresight::properties {
namespace {

bool weights_show(const reference::Head& head, const reference::HeadBound& bound, Eigen::Index i) {
  for (Eigen::Index c = 0; c < head.weights.cols(); ++c)
    for (Eigen::Index d = 0; head.visible(i, c) && d < head.out.cols(); ++d)
      if (std::abs(head.value(c, d) - head.out(i, d)) > 2 * bound.out(i, d)) return true;
  return false;
}

bool bias_shows(const reference::Head& head, const reference::HeadBound& bound, Eigen::Index i) {
  thread_local reference::Vector weights;
  weights.setZero(head.weights.cols());
  for (Eigen::Index c = 0; c < head.weights.cols(); ++c)
    if (head.visible(i, c)) weights(c) = head.weights(i, c) * std::exp(-head.bias(i, c));
  const double sum = weights.sum() + std::max(0.0, 1 - head.weights.row(i).sum());
  if (!(sum > 0 && std::isfinite(sum))) return true;
  for (Eigen::Index d = 0; d < head.out.cols(); ++d)
    if (std::abs(weights.dot(head.value.col(d)) / sum - head.out(i, d)) > 2 * bound.out(i, d)) return true;
  return false;
}

template <class Shows>
bool any_row(const Certificate& certificate, Shows shows) {
  for (std::size_t at = 0; at < certificate.truth.heads.size(); ++at)
    for (Eigen::Index i = 0; i < certificate.truth.heads[at].out.rows(); ++i)
      if (shows(certificate.truth.heads[at], certificate.bound.heads[at], i)) return true;
  return false;
}

}  // namespace

bool some_row_shows(const Certificate& certificate) { return any_row(certificate, weights_show); }
bool some_bias_shows(const Certificate& certificate) { return any_row(certificate, bias_shows); }

bool truths_differ(const Certificate& a, const Certificate& b) {
  for (std::size_t at = 0; at < a.truth.heads.size(); ++at) {
    const auto apart = (a.truth.heads[at].out - b.truth.heads[at].out).cwiseAbs().array();
    if ((apart > (a.bound.heads[at].out + b.bound.heads[at].out).array()).any()) return true;
  }
  return false;
}

}  // namespace boresight::properties
