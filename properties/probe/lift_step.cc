#include "properties/probe/lift_step.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "properties/probe/levels.h"

namespace boresight::properties::probe {
namespace {

// A lifted column of a row, beside the other lifted ones and what is not lifted.
struct Balance {
  double weight, bound;  // the column's
  double rest, error;    // what is not lifted, and how well that is known
  double plain;          // what all lifted columns weigh without a lift, at most
  Index columns;         // of the window

  bool heavy() const { return weight >= balanced / double(columns); }
  bool rest_is_heavy() const { return rest >= balanced; }
  bool shows() const { return weight > bound; }
  bool tells_level() const { return shows() && heavy() && rest - error > 0 && rest_is_heavy() && plain < 1; }
};

Balance balance_of(const PlainWeights& plain, Columns shown, const LiftedRow& row, const Lift& lift) {
  const std::size_t k = std::size_t(lift.k);
  Balance balance{row.weight[k], row.bound[k], 0, 0, 0, shown.count};
  double sum = 0;
  for (std::size_t l = 0; l < row.weight.size(); ++l) {
    if (!row.lifted[l]) continue;
    const Index c = shown.first + Index(l);
    sum += row.weight[l], balance.error += row.bound[l];
    balance.plain += std::max(plain.weight[row.head](row.i, c), 0.0) + plain.bound[row.head](row.i, c);
  }
  balance.rest = 1 - sum;
  return balance;
}

bool is_narrower(const Interval& offset, const HeadPlumb& head, Index i, Index c) {
  return head.at(i, c) != Seen::visible || !(head.high(i, c) - head.low(i, c) < offset.high - offset.low);
}

// `right`: the lifted level by the reference.
void know_level(Plumb& result, const Lift& lift, Index c, const Balance& balance, double right) {
  const Interval log = log_interval(balance.weight, balance.bound);
  const Interval offset{log.low - std::log(balance.rest + balance.error) + std::log1p(-balance.plain) - right,
                        log.high - std::log(balance.rest - balance.error) - right};
  HeadPlumb& head = result.heads[lift.head];
  if (!is_narrower(offset, head, lift.i, c)) return;
  set_level(head, lift.i, c, offset, std::log(balance.weight) - std::log(balance.rest) - right);
  ++result.lifted;
}

// What would lift a column into balance that goes on as the nearest known ones do: so long rows are walked in one call a
// window, whatever their slope. Below 0: none is near.
double walked_on(const Probing& probing, const HeadPlumb& head, Index i, Index c) {
  const auto shows = [&](Index at) { return at >= 0 && at < probing.columns && head.at(i, at) == Seen::visible; };
  for (Index k = 1; k <= probing.width; ++k)
    for (const Index near : {c - k, c + k}) {
      if (!shows(near)) continue;
      const Index before = near < c ? near - 1 : near + 1;
      const double slope = shows(before) ? head.recovered(i, near) - head.recovered(i, before) : 0;
      return -(head.recovered(i, near) + double(k) * slope) - std::log(double(probing.width));
    }
  return -1;
}

// Once as its neighbours say, then by halves.
void move_on(const Probing& probing, double limit, Index c, Lift& lift) {
  const double walked = lift.walked ? -1 : walked_on(probing, probing.result.heads[lift.head], lift.i, c);
  if (walked > lift.low && walked < lift.high) {
    lift.nats = walked;
    lift.walked = true;
  } else {
    lift.nats = lift.high == infinity ? limit : (lift.low + lift.high) / 2;
  }
}

// This one was too low, without others that hold the row's weight: the element is hidden, or what it shows tells the rest of
// the way, or neither.
void raise(Probing& probing, double limit, Index c, const Balance& balance, Lift& lift) {
  HeadPlumb& head = probing.result.heads[lift.head];
  lift.low = lift.nats;
  if (lift.nats >= limit && !balance.shows()) {
    if (head.at(lift.i, c) != Seen::visible) set_seen(head, lift.i, c, Seen::hidden);
    lift.done = true;
    return;
  }
  if (balance.shows() && balance.weight > 0) {
    lift.nats = std::min(lift.nats + std::log(1 / double(balance.columns) / balance.weight), limit);
    if (lift.nats < lift.high) return;
  }
  move_on(probing, limit, c, lift);
}

// This one was too high: the others vanish beside it.
void lower(Probing& probing, double limit, Index c, Lift& lift) {
  lift.high = lift.nats;
  move_on(probing, limit, c, lift);
}

}  // namespace

void step(Probing& probing, const PlainWeights& plain, double limit, Columns shown, const LiftedRow& row, Lift& lift) {
  const Index c = shown.first + lift.k;
  if (!row.finite) {
    set_seen(probing.result.heads[lift.head], lift.i, c, Seen::broken);
    lift.done = true;
    return;
  }
  const Balance balance = balance_of(plain, shown, row, lift);
  const double right = row.right[std::size_t(lift.k)] - base(probing.truth.heads[lift.head], lift.i);
  if (balance.tells_level()) {
    know_level(probing.result, lift, c, balance, right);
    lift.done = true;
  } else if (balance.heavy()) {
    lower(probing, limit, c, lift);
  } else if (balance.rest_is_heavy()) {
    raise(probing, limit, c, balance, lift);
  }  // else others hold the row's weight: they are lowered first
}

}  // namespace boresight::properties::probe
