#include "properties/probe/posed_row.h"

#include <algorithm>
#include <cmath>

namespace boresight::properties::probe {
namespace {

using reference::Head;

void set_maximum(Head& head, Index i) {
  head.maximum(i) = -infinity;
  for (Index c = 0; c < head.visible.cols(); ++c)
    if (head.visible(i, c)) head.maximum(i) = std::max(head.maximum(i), head.scores(i, c));
}

double sum_above_maximum(const Head& head, Index i) {
  double sum = 0;
  for (Index c = 0; c < head.visible.cols(); ++c)
    if (head.visible(i, c)) sum += std::exp(head.scores(i, c) - head.maximum(i));
  return sum;
}

double weight_of_others(const LiftedRow& row) {
  double others = 1;
  for (std::size_t k = 0; k < row.weight.size(); ++k) others -= row.lifted[k] ? row.weight[k] : 0;
  return others;
}

// Column c of a Head weighs w, beside others that weigh `others` and stand above `row_base`.
void pose_lifted_column(Head& head, Index i, Index c, double w, double others, double row_base) {
  head.visible(i, c) = w > 0;
  head.weights(i, c) = std::max(w, 0.0);
  if (!(w > 0)) return;
  head.scores(i, c) = std::log(w) - std::log(std::max(others, 0x1p-60)) + row_base;
  head.bias(i, c) = head.scores(i, c) - head.product(i, c);
}

}  // namespace

void hide_row(Head& head, Index i) {
  head.visible.row(i).fill(false);
  head.weights.row(i).setZero();
  head.maximum(i) = head.lse(i) = -infinity;
}

void pose_row(const Probing& probing, const PlainWeights& plain, std::size_t h, Index i, Head& head) {
  const double row_base = base(probing.truth.heads[h], i);
  for (Index k = 0; k < probing.columns; ++k) {
    const double w = plain.weight[h](i, k);
    const Index c = probing.zero + k;
    if (!(w > 0 && std::isfinite(w))) continue;
    head.visible(i, c) = true;
    head.weights(i, c) = std::min(w, 1.0);
    head.bias(i, c) = head.scores(i, c) = std::log(w) + row_base;
  }
  set_maximum(head, i);
  head.lse(i) = std::max(head.maximum(i), row_base);
}

void pose_lifted_row(const Probing& probing, const PlainWeights& plain, Columns shown, const LiftedRow& row, Head& head) {
  hide_row(head, row.i);
  pose_row(probing, plain, row.head, row.i, head);
  const double maximum_before = head.maximum(row.i), others = weight_of_others(row);
  const double row_base = base(probing.truth.heads[row.head], row.i);
  head.weights.row(row.i) *= std::clamp(others, 0.0, 1.0);
  for (std::size_t k = 0; k < row.weight.size(); ++k)
    if (row.lifted[k]) pose_lifted_column(head, row.i, probing.zero + shown.first + Index(k), row.weight[k], others, row_base);
  set_maximum(head, row.i);
  head.maximum(row.i) = std::max(head.maximum(row.i), maximum_before);
  head.lse(row.i) = head.maximum(row.i) + std::log(std::max(sum_above_maximum(head, row.i), 1.0));
}

}  // namespace boresight::properties::probe
