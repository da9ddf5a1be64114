#include "properties/probe/lifted_row.h"

#include <algorithm>
#include <cmath>

#include "properties/probe/posed_row.h"

namespace boresight::properties::probe {
namespace {

LiftedRow shown_row(const Probing& probing, const Lifter& lifter, Columns shown, const Lift& lift, const Results& got) {
  LiftedRow row{lift.head, lift.i, {}, {}, {}, std::vector<bool>(std::size_t(shown.count), false)};
  for (Index k = 0; k < shown.count; ++k) {
    row.weight.push_back(weight_shown(probing, got, row.head, row.i, k));
    row.bound.push_back(bound_shown(probing, row.head, row.i, k));
    row.right.push_back(lifter.truth.heads[row.head].scores(row.i, probing.zero + shown.first + k));
    row.finite = row.finite && std::isfinite(row.weight.back());
  }
  return row;
}

std::vector<LiftedRow> shown_rows(const Probing& probing, const Lifter& lifter, Columns shown, const std::vector<Lift>& lifts,
                                  const Results& got) {
  std::vector<LiftedRow> rows;
  for (const Lift& lift : lifts) {
    if (lift.done) continue;
    if (rows.empty() || rows.back().head != lift.head || rows.back().i != lift.i)
      rows.push_back(shown_row(probing, lifter, shown, lift, got));
    rows.back().lifted[std::size_t(lift.k)] = true;
  }
  return rows;
}

// Finite, and not what a right kernel may compute.
bool is_foreign(const Probing& probing, const Lifter& lifter, Columns shown, const LiftedRow& row) {
  bool inside = true;
  for (std::size_t k = 0; k < row.weight.size(); ++k) {
    const double right = lifter.truth.heads[row.head].weights(row.i, probing.zero + shown.first + Index(k));
    inside = inside && std::abs(row.weight[k] - right) <= row.bound[k];
  }
  return row.finite && !inside;
}

void bound_around_themselves(Probing& probing, const PlainWeights& plain, Lifter& lifter, Columns shown,
                             const std::vector<LiftedRow*>& rows) {
  each_row_of_heads(probing, [&](std::size_t h, Index i) { hide_row(lifter.truth.heads[h], i); });
  for (const LiftedRow* row : rows) pose_lifted_row(probing, plain, shown, *row, lifter.truth.heads[row->head]);
  bound_one_hot(probing, lifter.switched.problem, lifter.truth, shown);
  for (LiftedRow* row : rows)
    for (std::size_t k = 0; k < row->bound.size(); ++k) row->bound[k] = bound_shown(probing, row->head, row->i, Index(k));
}

}  // namespace

std::vector<LiftedRow> lifted_rows(Probing& probing, const PlainWeights& plain, Lifter& lifter, Columns shown,
                                   const std::vector<Lift>& lifts, const Results& got) {
  std::vector<LiftedRow> rows = shown_rows(probing, lifter, shown, lifts, got);
  std::vector<LiftedRow*> foreign;
  for (LiftedRow& row : rows)
    if (is_foreign(probing, lifter, shown, row)) foreign.push_back(&row);
  if (!foreign.empty()) bound_around_themselves(probing, plain, lifter, shown, foreign);
  return rows;
}

}  // namespace boresight::properties::probe
