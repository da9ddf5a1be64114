#include "properties/probe/calibration.h"

#include <fmt/format.h>

#include <cmath>

#include "properties/probe/levels.h"
#include "properties/probe/lifted_row.h"

namespace boresight::properties::probe {
namespace {

constexpr double wanted = 2;  // nats

// Known well, and not all of its row's weight.
bool tells(const HeadPlumb& head, Index i, Index c) {
  return head.at(i, c) == Seen::visible && head.right_visible(i, c) && head.high(i, c) - head.low(i, c) <= resolution &&
         head.recovered(i, c) < -balanced;
}

std::vector<Lift> lifts_of(const Probing& probing, Index c) {
  std::vector<Lift> lifts;
  each_row_of_heads(probing, [&](std::size_t h, Index i) {
    if (tells(probing.result.heads[h], i, c)) lifts.push_back({h, i, 0, wanted});
  });
  return lifts;
}

// The column that tells in the most rows; -1: none does.
Index best_column(const Probing& probing) {
  Index best = -1;
  std::size_t most = 0;
  for (Index c = 0; c < probing.columns; ++c)
    if (const std::size_t rows = lifts_of(probing, c).size(); rows > most) best = c, most = rows;
  return best;
}

double log_odds(double w) { return std::log(w / (1 - w)); }

Interval minus(const Interval& a, const Interval& b) { return {a.low - b.high, a.high - b.low}; }

bool distrust(Probing& probing, double got) {
  constexpr const char* words = "a lift of {} nats moved its column by {:.3g}: what only a lift would show is not read";
  probing.result.notes.push_back(fmt::format(words, wanted, got));
  return false;
}

// The column's odds against the others of its row, taken down by what the reference says that the lift adds.
bool moved_as_it_should(Probing& probing, const PlainWeights& plain, Index c, const LiftedRow& row) {
  const HeadPlumb& head = probing.result.heads[row.head];
  const double w = row.weight[0], bound = row.bound[0];
  const double before_w = plain.weight[row.head](row.i, c), before_bound = plain.bound[row.head](row.i, c);
  if (!(w > 0)) return distrust(probing, -infinity);
  const double right = row.right[0] - base(probing.truth.heads[row.head], row.i);
  const Interval odds = minus(log_interval(w, bound), log_of_rest(w, bound));
  const Interval after{odds.low - right, odds.high - right};
  const Interval before = minus({head.low(row.i, c), head.high(row.i, c)}, log_of_rest(before_w, before_bound));
  return after.meets(before) || distrust(probing, log_odds(w) - log_odds(before_w));
}

}  // namespace

bool calibrate(Probing& probing, const PlainWeights& plain, Lifter& lifter) {
  const Index best = best_column(probing);
  if (best < 0) return true;
  const Columns shown{best, 1};
  const std::vector<Lift> lifts = lifts_of(probing, best);
  Results got;
  if (!shoot_lifted(probing, lifter, shown, lifts, got)) return false;
  for (const LiftedRow& row : lifted_rows(probing, plain, lifter, shown, lifts, got))
    if (!moved_as_it_should(probing, plain, best, row)) return false;
  return true;
}

}  // namespace boresight::properties::probe
