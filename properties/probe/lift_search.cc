#include "properties/probe/lift_search.h"

#include <algorithm>
#include <cmath>

#include "properties/probe/calibration.h"
#include "properties/probe/lift_step.h"

namespace boresight::properties::probe {
namespace {

constexpr int rounds_max = 64;

bool is_known(const Probing& probing, const PlainWeights& plain, std::size_t h, Index i, Index c) {
  const HeadPlumb& head = probing.result.heads[h];
  if (head.at(i, c) == Seen::broken) return true;
  if (head.at(i, c) != Seen::visible) return false;
  const bool no_lift_would_better_it = plain.weight[h](i, c) >= balanced / double(probing.columns);
  return head.high(i, c) - head.low(i, c) <= resolution || no_lift_would_better_it;
}

// Into balance where the kernel is right; all the way where the right one shows nothing.
double first_nats(const HeadPlumb& head, Index i, Index c, Index count, double limit) {
  const double nats = head.right_visible(i, c) ? -head.right(i, c) - std::log(double(count)) : limit;
  return std::clamp(nats, 0.0, limit);
}

std::vector<Lift> wanted(const Probing& probing, const PlainWeights& plain, double limit, Columns shown) {
  std::vector<Lift> lifts;
  each_row_of_heads(probing, [&](std::size_t h, Index i) {
    for (Index k = 0; k < shown.count; ++k)
      if (const Index c = shown.first + k; !is_known(probing, plain, h, i, c))
        lifts.push_back({h, i, k, first_nats(probing.result.heads[h], i, c, shown.count, limit)});
  });
  return lifts;
}

bool all_done(const std::vector<Lift>& lifts) {
  return std::all_of(lifts.begin(), lifts.end(), [](const Lift& lift) { return lift.done; });
}

// Each lift that is not done with its row; rows are in the order of the lifts.
void step_all(Probing& probing, const PlainWeights& plain, double limit, Columns shown, const std::vector<LiftedRow>& rows,
              std::vector<Lift>& lifts) {
  auto row = rows.begin();
  for (Lift& lift : lifts) {
    if (lift.done) continue;
    while (row->head != lift.head || row->i != lift.i) ++row;
    step(probing, plain, limit, shown, *row, lift);
  }
}

void search(Probing& probing, const PlainWeights& plain, Lifter& lifter, Columns shown, std::vector<Lift>& lifts) {
  for (int round = 0; round < rounds_max && !all_done(lifts); ++round) {
    Results got;
    if (!shoot_lifted(probing, lifter, shown, lifts, got)) return;
    const std::vector<LiftedRow> rows = lifted_rows(probing, plain, lifter, shown, lifts, got);
    step_all(probing, plain, lifter.limit, shown, rows, lifts);
  }
}

}  // namespace

void lift_unknown(Probing& probing, const PlainWeights& plain) {
  std::optional<Lifter> lifter = probe::lifter(probing);
  if (!lifter) return;
  bool calibrated = false;
  for (const Columns shown : windows(probing, std::min(probing.width, lifter->columns_max()))) {
    std::vector<Lift> lifts = wanted(probing, plain, lifter->limit, shown);
    if (lifts.empty()) continue;
    if (!calibrated && !calibrate(probing, plain, *lifter)) return;
    calibrated = true;
    search(probing, plain, *lifter, shown, lifts);
    if (!probing.result.refused.empty()) return;
  }
  if (probing.result.lifted > 0 && !lifter->switched.note.empty())
    probing.result.notes.push_back("lifted " + lifter->switched.note);
}

}  // namespace boresight::properties::probe
