#include "properties/probe/plumb.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "properties/probe/probe_call.h"
#include "reference/error_bound.h"
#include "reference/visibility.h"

namespace boresight::properties::probe {
namespace {

using reference::Head;
using reference::HeadBound;
using Index = std::int64_t;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double resolution = 0x1p-4;  // nats: what the plain call knows less well is lifted
constexpr double lift_max = 0x1p14;    // nats at least: what shows no weight then is hidden
constexpr double balanced = 0x1p-6;    // of a row's weight, on the lifted columns together and on the others: well lifted
constexpr int rounds_max = 64;         // of a search for the right lift, which halves its bracket each time

// An f16 output of a weight reaches down to 2^-24 only, so values of 2^15 widen the range by ten nats where sums are in f32
// (weights kept in f16 vanish at 17 nats whatever the values are; the bound of the declared arithmetic knows).
double one_hot_value(const Problem& problem, const Arithmetic& arithmetic) {
  return problem.type == Type::f16 && arithmetic.accumulator == Type::f32 ? 0x1p15 : 1;
}

// Of log w*, where w was computed and the true w* is within bound of it.
Interval log_interval(double w, double bound) { return {w > bound ? std::log(w - bound) : -infinity, std::log(w + bound)}; }

struct Place {
  std::size_t head;
  Index i;
};

// What one call shows of a row: weights of the columns first .. first + count - 1, and their bounds.
struct Window {
  std::vector<double> weight, bound;
  std::vector<bool> lifted;  // in this row
  bool finite = true;
};

class Plumber {
 public:
  Plumber(const Case& a_case, const Kernel& kernel)
      : problem_(a_case.problem),
        K_(problem_.columns()),
        n_(problem_.queries),
        width_(problem_.value_dim),
        zero_(reference::first_column(problem_)),
        call_(a_case, kernel) {}

  Plumb take() {
    if (start()) {
      for (Index first = 0; first < K_ && result_.refused.empty(); first += width_) plain(first);
      if (result_.refused.empty()) finish_plain();
      if (result_.refused.empty()) lift_all();
      if (result_.refused.empty()) count();
    }
    if (!result_.refused.empty()) result_.heads.clear();
    return std::move(result_);
  }

 private:
  bool start() {
    if (K_ == 0 || n_ == 0) return refuse("no row or no column to probe");
    call_.write([&](ProbeInputs& in) { in.set_one_hot(0, std::min(width_, K_), 1); });
    if (const auto refusal = properties::refusal(call_.kernel(), {problem_, call_.tensors()})) return refuse(refusal->why);
    arithmetic_ = call_.arithmetic(problem_);
    value_ = one_hot_value(problem_, arithmetic_);
    truth_ = reference::attend(problem_, call_.tensors());
    if (!truth_.out_of_domain.empty()) return refuse("out of the domain: " + truth_.out_of_domain);
    for (const Head& head : truth_.heads) prepare(head);
    weight_.assign(truth_.heads.size(), reference::Matrix::Zero(n_, K_));
    bound_ = weight_;
    consistent_.assign(truth_.heads.size() * std::size_t(n_), true);
    return true;
  }

  void prepare(const Head& head) {
    HeadPlumb h;
    h.right_visible = head.visible.rightCols(K_);
    h.right = head.scores.rightCols(K_);
    for (Index i = 0; i < n_; ++i) h.right.row(i).array() -= base(head, i), h.right_base.push_back(base(head, i));
    h.seen.assign(std::size_t(n_ * K_), Seen::below_reach);
    h.low = reference::Matrix::Constant(n_, K_, -infinity);
    h.high = -h.low;
    h.offset = reference::Matrix::Zero(n_, K_);
    result_.heads.push_back(std::move(h));
  }

  static double base(const Head& head, Index i) { return std::isfinite(head.lse(i)) ? head.lse(i) : 0; }

  bool refuse(std::string why) {
    result_.refused = std::move(why);
    return false;
  }

  // Runs the kernel on the inputs as they are; false where it hurt a guard.
  bool shoot(const Problem& problem, Results& results) {
    results = call_.run(problem);
    ++result_.calls;
    return results.broken.empty() || refuse("the kernel " + results.broken);
  }

  static std::size_t at(const Results& r, std::size_t head, Index i) { return head * std::size_t(r.rows) + std::size_t(i); }

  // The bounds of a call in which entry k of column first + k is value_ and all else is 0.
  void bound_one_hot(const Problem& problem, reference::Attention& truth, Index first) {
    for (Head& head : truth.heads) {
      head.value.setZero(head.value.rows(), width_);
      head.out.setZero(n_, width_);
      for (Index k = 0; k < std::min(width_, K_ - first); ++k) {
        head.value(zero_ + first + k, k) = value_;
        head.out.col(k) = head.weights.col(zero_ + first + k) * value_;
      }
    }
    reference::error_bound(problem, tensors_for(problem, call_.tensors()), truth, call_.arithmetic(problem), bounds_);
  }

  void plain(Index first) {
    call_.write(
        [&](ProbeInputs& in) { in.clear_queries_and_keys(), in.set_one_hot(first, std::min(width_, K_ - first), value_); });
    Results got;
    if (!shoot(problem_, got)) return;
    bound_one_hot(problem_, truth_, first);
    for (std::size_t h = 0; h < truth_.heads.size(); ++h) {
      if (first == 0)
        result_.heads[h].lse.assign(got.lse.begin() + std::ptrdiff_t(at(got, h, 0)),
                                    got.lse.begin() + std::ptrdiff_t(at(got, h, n_)));
      for (Index i = 0; i < n_; ++i)
        for (Index k = 0; k < std::min(width_, K_ - first); ++k) {
          const double w = got.out[at(got, h, i) * std::size_t(width_) + std::size_t(k)] / value_;
          weight_[h](i, first + k) = w;
          bound_[h](i, first + k) = bounds_.heads[h].out(i, k) / value_;
          const double right = truth_.heads[h].weights(i, zero_ + first + k);
          if (!(std::abs(w - right) <= bound_[h](i, first + k))) consistent_[at(got, h, i)] = false;
        }
    }
  }

  // Replaces the bounds of rows that no right kernel computes by those around what was computed.
  void finish_plain() {
    if (std::find(consistent_.begin(), consistent_.end(), false) != consistent_.end()) {
      reference::Attention own = truth_;
      for (std::size_t h = 0; h < own.heads.size(); ++h)
        for (Index i = 0; i < n_; ++i) pose(own.heads[h], h, i, !is_consistent(h, i));
      for (Index first = 0; first < K_; first += width_) {
        bound_one_hot(problem_, own, first);
        for (std::size_t h = 0; h < own.heads.size(); ++h)
          for (Index i = 0; i < n_; ++i)
            for (Index k = 0; k < std::min(width_, K_ - first) && !is_consistent(h, i); ++k)
              bound_[h](i, first + k) = bounds_.heads[h].out(i, k) / value_;
      }
    }
    for (std::size_t h = 0; h < truth_.heads.size(); ++h)
      for (Index i = 0; i < n_; ++i) read_plain(h, i);
  }

  bool is_consistent(std::size_t h, Index i) const { return consistent_[h * std::size_t(n_) + std::size_t(i)]; }

  // A row of a Head as if what was computed were the truth; invisible throughout, which costs nothing, unless wanted.
  void pose(Head& head, std::size_t h, Index i, bool wanted) const {
    head.visible.row(i).fill(false);
    head.weights.row(i).setZero();
    head.maximum(i) = head.lse(i) = -infinity;
    if (!wanted) return;
    double largest = -infinity;
    for (Index c = 0; c < K_; ++c) {
      const double w = weight_[h](i, c);
      if (!(w > 0 && std::isfinite(w))) continue;
      head.visible(i, zero_ + c) = true;
      head.weights(i, zero_ + c) = std::min(w, 1.0);
      head.bias(i, zero_ + c) = head.scores(i, zero_ + c) = std::log(w) + base(truth_.heads[h], i);
      largest = std::max(largest, head.scores(i, zero_ + c));
    }
    head.maximum(i) = largest;
    head.lse(i) = std::max(largest, base(truth_.heads[h], i));
  }

  void read_plain(std::size_t h, Index i) {
    HeadPlumb& out = result_.heads[h];
    double sum = 0, error = 0;
    for (Index c = 0; c < K_; ++c) {
      const double w = weight_[h](i, c), bound = bound_[h](i, c);
      if (!std::isfinite(w) || w < 0) {
        out.seen[std::size_t(i * K_ + c)] = std::isfinite(w) && -w <= bound ? Seen::below_reach : Seen::broken;
        continue;
      }
      sum += w, error += bound;
      if (!(w > bound)) continue;
      const Interval log = log_interval(w, bound);
      set(out, i, c, {log.low - out.right(i, c), log.high - out.right(i, c)}, std::log(w) - out.right(i, c));
    }
    if (zero_ == 0 && !problem_.sink) return;
    out.rest.push_back(rest(1 - sum, error, 1 - truth_.heads[h].weights.row(i).rightCols(K_).sum()));
    out.rest_right.push_back(std::max(1 - truth_.heads[h].weights.row(i).rightCols(K_).sum(), 0.0));
  }

  // Of what no column gets. A sink of -inf gets nothing: then any weight at all departs, and none says nothing.
  static Interval rest(double missing, double error, double right) {
    if (!(right > 0x1p-40)) return missing - error > 0x1p-40 ? Interval{infinity, infinity} : Interval{-infinity, infinity};
    return {missing - error > 0 ? std::log((missing - error) / right) : -infinity,
            missing + error > 0 ? std::log((missing + error) / right) : -infinity};
  }

  static void set(HeadPlumb& out, Index i, Index c, const Interval& interval, double offset) {
    out.seen[std::size_t(i * out.right.cols() + c)] = Seen::visible;
    out.low(i, c) = interval.low;
    out.high(i, c) = interval.high;
    out.offset(i, c) = offset;
  }

  // --- lifting ---

  struct Lift {  // of one element that is not known well enough yet
    std::size_t head;
    Index i, k;                       // k: column first + k
    double low = 0, high = infinity;  // the right lift is between
    double lift = 0;
    bool walked = false;
    bool done = false;
  };

  double lift_limit() const {
    double spread = 0;
    for (const HeadPlumb& h : result_.heads)
      for (Index i = 0; i < n_; ++i)
        for (Index c = 0; c < K_; ++c)
          if (h.right_visible(i, c)) spread = std::max(spread, std::abs(h.right(i, c)));
    return std::max(lift_max, 2 * spread);
  }

  void lift_all() {
    switched_ = switched(problem_);
    const bool known = std::all_of(truth_.heads.begin(), truth_.heads.end(), [&](const Head& h) { return h.bias.allFinite(); });
    if (switched_.entries.empty() || !known) return note("nothing could be lifted: rotary turns every entry");
    if (const std::string why = call_.kernel().unsupported(switched_.problem); !why.empty())
      return note("nothing could be lifted: not supported: " + why);
    limit_ = lift_limit();
    // q carries a lift of its row, k a power of two that keeps q small enough for f16.
    key_ = std::exp2(std::ceil(std::log2(limit_ / std::abs(effective_scale(switched_.problem)) / 4096)));
    key_ = std::max(key_, 1.0);
    // A lift of thousands of nats is coarse in a 16-bit q: a second entry, where there is one, carries what rounding left.
    fine_ = unit_roundoff(problem_.type) > unit_roundoff(Type::f32) && switched_.entries.size() > 1;
    const Index step = std::min(width_, Index(switched_.entries.size()) / (fine_ ? 2 : 1));
    for (Index first = 0; first < K_; first += step) {
      std::vector<Lift> lifts = wanted(first, std::min(step, K_ - first));
      if (lifts.empty()) continue;
      if (!calibrated_ && !calibrate()) return;
      search(first, std::min(step, K_ - first), lifts);
      if (!result_.refused.empty()) return;
    }
    if (result_.lifted > 0 && !switched_.note.empty()) note("lifted " + switched_.note);
  }

  void note(std::string text) { result_.notes.push_back(std::move(text)); }

  std::vector<Lift> wanted(Index first, Index count) const {
    std::vector<Lift> lifts;
    for (std::size_t h = 0; h < result_.heads.size(); ++h)
      for (Index i = 0; i < n_; ++i)
        for (Index k = 0; k < count; ++k) {
          const HeadPlumb& out = result_.heads[h];
          const Index c = first + k;
          const Seen seen = out.at(i, c);
          if (seen == Seen::broken) continue;
          if (seen == Seen::visible && out.high(i, c) - out.low(i, c) <= resolution) continue;
          if (seen == Seen::visible && weight_[h](i, c) >= balanced / double(K_)) continue;  // no lift would better it
          Lift lift{h, i, k};
          lift.lift = out.right_visible(i, c) ? -out.right(i, c) - std::log(double(count)) : limit_;
          lift.lift = std::clamp(lift.lift, 0.0, limit_);
          lifts.push_back(lift);
        }
    return lifts;
  }

  // Runs with these lifts, each by entries of its own, and leaves the truth and the bounds of the call in lifted_ and bounds_.
  bool shoot_lifted(Index first, Index count, const std::vector<Lift>& lifts, Results& got) {
    const double scale = effective_scale(switched_.problem);
    const Index parts = fine_ ? 2 : 1;
    const auto entry = [&](Index k, Index part) { return switched_.entries[std::size_t(parts * k + part)]; };
    call_.write([&](ProbeInputs& in) {
      in.clear_queries_and_keys();
      in.set_one_hot(first, count, value_);
      for (Index k = 0; k < count; ++k)
        for (Index part = 0; part < parts; ++part) in.set_key(first + k, entry(k, part), key_);
      for (const Lift& lift : lifts) {
        double left = lift.done ? 0 : lift.lift / (scale * key_);
        for (Index part = 0; part < parts && left != 0; ++part)
          left -= in.set_query(Index(lift.head) / problem_.heads, Index(lift.head) % problem_.heads, lift.i, entry(lift.k, part),
                               left);
      }
    });
    if (!shoot(switched_.problem, got)) return false;
    reference::attend(switched_.problem, tensors_for(switched_.problem, call_.tensors()), lifted_);
    bound_one_hot(switched_.problem, lifted_, first);
    return true;
  }

  Window window(const Results& got, std::size_t h, Index i, Index count) const {
    Window w;
    for (Index k = 0; k < count; ++k) {
      w.weight.push_back(got.out[at(got, h, i) * std::size_t(width_) + std::size_t(k)] / value_);
      w.bound.push_back(bounds_.heads[h].out(i, k) / value_);
      w.lifted.push_back(false);
      w.finite = w.finite && std::isfinite(w.weight.back());
    }
    return w;
  }

  // Where the window is not what a right kernel may compute, its bounds are those around what was computed.
  void own_bounds(Index first, Index count, const std::vector<Place>& rows, std::vector<Window>& windows) {
    std::vector<std::size_t> foreign;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      bool inside = windows[r].finite;
      for (Index k = 0; k < count; ++k) {
        const double right = lifted_.heads[rows[r].head].weights(rows[r].i, zero_ + first + k);
        inside = inside && std::abs(windows[r].weight[std::size_t(k)] - right) <= windows[r].bound[std::size_t(k)];
      }
      if (!inside && windows[r].finite) foreign.push_back(r);
    }
    if (foreign.empty()) return;
    for (std::size_t h = 0; h < lifted_.heads.size(); ++h)
      for (Index i = 0; i < n_; ++i) pose(lifted_.heads[h], h, i, false);
    for (const std::size_t r : foreign) pose_lifted(first, count, rows[r], windows[r]);
    bound_one_hot(switched_.problem, lifted_, first);
    for (const std::size_t r : foreign)
      for (Index k = 0; k < count; ++k) windows[r].bound[std::size_t(k)] = bounds_.heads[rows[r].head].out(rows[r].i, k) / value_;
  }

  void pose_lifted(Index first, Index count, const Place& row, const Window& window) {
    Head& head = lifted_.heads[row.head];
    pose(head, row.head, row.i, true);
    double others = 1;
    for (std::size_t k = 0; k < window.weight.size(); ++k) others -= window.lifted[k] ? window.weight[k] : 0;
    head.weights.row(row.i) *= std::clamp(others, 0.0, 1.0);
    double largest = head.maximum(row.i), sum = 0;
    for (Index k = 0; k < count; ++k) {
      const Index c = zero_ + first + k;
      const double w = window.weight[std::size_t(k)];
      if (!window.lifted[std::size_t(k)]) continue;
      head.visible(row.i, c) = w > 0;
      head.weights(row.i, c) = std::max(w, 0.0);
      if (!(w > 0)) continue;
      head.scores(row.i, c) = std::log(w) - std::log(std::max(others, 0x1p-60)) + base(truth_.heads[row.head], row.i);
      head.bias(row.i, c) = head.scores(row.i, c) - head.product(row.i, c);
      largest = std::max(largest, head.scores(row.i, c));
    }
    for (Index c = 0; c < head.visible.cols(); ++c)
      if (head.visible(row.i, c)) sum += std::exp(head.scores(row.i, c) - largest);
    head.maximum(row.i) = largest;
    head.lse(row.i) = largest + std::log(std::max(sum, 1.0));
  }

  // A lift that moves a column, which shows without it too, by what it should: else no lifted level can be taken down again.
  bool calibrate() {
    calibrated_ = true;
    Index best = -1, most = 0;
    for (Index c = 0; c < K_; ++c) {
      Index rows = 0;
      for (const HeadPlumb& h : result_.heads)
        for (Index i = 0; i < n_; ++i) rows += readable(h, i, c) ? 1 : 0;
      if (rows > most) best = c, most = rows;
    }
    if (best < 0) return true;  // no row shows two columns
    std::vector<Lift> lifts;
    for (std::size_t h = 0; h < result_.heads.size(); ++h)
      for (Index i = 0; i < n_; ++i)
        if (readable(result_.heads[h], i, best)) {
          Lift lift{h, i, 0};
          lift.lift = 2;
          lifts.push_back(lift);
        }
    Results got;
    if (!shoot_lifted(best, 1, lifts, got)) return false;
    const reference::Attention truth = lifted_;
    std::vector<Place> rows;
    std::vector<Window> windows;
    for (const Lift& lift : lifts) rows.push_back({lift.head, lift.i}), windows.push_back(window(got, lift.head, lift.i, 1));
    for (Window& w : windows) w.lifted[0] = true;
    own_bounds(best, 1, rows, windows);
    for (std::size_t r = 0; r < lifts.size(); ++r) {
      const HeadPlumb& out = result_.heads[lifts[r].head];
      const Index i = lifts[r].i;
      const double w = windows[r].weight[0], plain = weight_[lifts[r].head](i, best), bound = bound_[lifts[r].head](i, best);
      if (!(w > 0)) return distrust(2, -infinity);
      const Interval log = log_interval(w, windows[r].bound[0]);
      const Interval odds{log.low - log_of_rest(w, windows[r].bound[0]).high, log.high - log_of_rest(w, windows[r].bound[0]).low};
      const Interval before{out.low(i, best) - log_of_rest(plain, bound).high, out.high(i, best) - log_of_rest(plain, bound).low};
      const double right = truth.heads[lifts[r].head].scores(i, zero_ + best) - base(truth_.heads[lifts[r].head], i);
      const Interval after{odds.low - right, odds.high - right};
      if (!after.meets(before)) return distrust(2, std::log(w / (1 - w)) - std::log(plain / (1 - plain)));
    }
    return true;
  }

  static Interval log_of_rest(double w, double bound) {
    return {1 - w - bound > 0 ? std::log(1 - w - bound) : -infinity, 1 - w + bound > 0 ? std::log(1 - w + bound) : -infinity};
  }

  bool readable(const HeadPlumb& h, Index i, Index c) const {
    return h.at(i, c) == Seen::visible && h.right_visible(i, c) && h.high(i, c) - h.low(i, c) <= resolution &&
           h.recovered(i, c) < -balanced;
  }

  bool distrust(double wanted, double got) {
    note(fmt::format("a lift of {} nats moved its column by {:.3g}: what only a lift would show is not read", wanted, got));
    return false;
  }

  void search(Index first, Index count, std::vector<Lift>& lifts) {
    for (int round = 0; round < rounds_max; ++round) {
      std::vector<Place> rows;
      for (const Lift& lift : lifts)
        if (!lift.done && (rows.empty() || rows.back().head != lift.head || rows.back().i != lift.i))
          rows.push_back({lift.head, lift.i});
      if (rows.empty()) return;
      Results got;
      if (!shoot_lifted(first, count, lifts, got)) return;
      std::vector<reference::Matrix> right;  // of the lifted scores: lifted_ is overwritten next
      for (const Head& head : lifted_.heads) right.push_back(head.scores.middleCols(zero_ + first, count));
      std::vector<Window> windows;
      for (const Place& row : rows) windows.push_back(window(got, row.head, row.i, count));
      mark(lifts, rows, windows);
      own_bounds(first, count, rows, windows);
      std::size_t r = 0;
      for (std::size_t l = 0; l < lifts.size(); ++l) {
        if (lifts[l].done) continue;
        while (rows[r].head != lifts[l].head || rows[r].i != lifts[l].i) ++r;
        read_lifted(first, lifts[l], windows[r], right[rows[r].head](rows[r].i, lifts[l].k));
      }
    }
  }

  static void mark(const std::vector<Lift>& lifts, const std::vector<Place>& rows, std::vector<Window>& windows) {
    std::size_t r = 0;
    for (const Lift& lift : lifts) {
      if (lift.done) continue;
      while (rows[r].head != lift.head || rows[r].i != lift.i) ++r;
      windows[r].lifted[std::size_t(lift.k)] = true;
    }
  }

  // One lifted element: known now, or the next lift to try.
  void read_lifted(Index first, Lift& lift, const Window& window, double right_score) {
    HeadPlumb& out = result_.heads[lift.head];
    const Index c = first + lift.k;
    if (!window.finite) {
      out.seen[std::size_t(lift.i * K_ + c)] = Seen::broken;
      lift.done = true;
      return;
    }
    double sum = 0, error = 0, plain = 0;  // plain: what the window's columns weigh without a lift, at most
    for (std::size_t k = 0; k < window.weight.size(); ++k) {
      if (!window.lifted[k]) continue;
      sum += window.weight[k], error += window.bound[k];
      plain += std::max(weight_[lift.head](lift.i, first + Index(k)), 0.0) + bound_[lift.head](lift.i, first + Index(k));
    }
    const double w = window.weight[std::size_t(lift.k)], bound = window.bound[std::size_t(lift.k)];
    const double rest = 1 - sum, fair = balanced / double(window.weight.size());
    if (w > bound && w >= fair && rest - error > 0 && rest >= balanced && plain < 1) {
      const Interval log = log_interval(w, bound);
      const double right = right_score - base(truth_.heads[lift.head], lift.i);
      const Interval offset{log.low - std::log(rest + error) + std::log1p(-plain) - right,
                            log.high - std::log(rest - error) - right};
      const bool better =
          out.at(lift.i, c) != Seen::visible || !(out.high(lift.i, c) - out.low(lift.i, c) < offset.high - offset.low);
      if (better) set(out, lift.i, c, offset, std::log(w) - std::log(rest) - right), ++result_.lifted;
      lift.done = true;
      return;
    }
    if (w >= fair) {  // too much, and the others vanish beside it
      lift.high = lift.lift;
    } else if (rest >= balanced) {
      lift.low = lift.lift;
      if (lift.lift >= limit_ && !(w > bound)) {
        if (out.at(lift.i, c) != Seen::visible) out.seen[std::size_t(lift.i * K_ + c)] = Seen::hidden;
        lift.done = true;
        return;
      }
      if (w > bound && w > 0) {  // it shows: the rest of the way is known
        lift.lift = std::min(lift.lift + std::log(1 / double(window.weight.size()) / w), limit_);
        if (lift.lift < lift.high) return;
      }
    } else {
      return;  // others hold the row's weight: they are lowered first
    }
    const double walked = lift.walked ? -1 : next_by_walking(out, lift.i, c);
    if (walked > lift.low && walked < lift.high) {
      lift.lift = walked;
      lift.walked = true;
    } else {
      lift.lift = lift.high == infinity ? limit_ : (lift.low + lift.high) / 2;
    }
  }

  // What would lift a column into balance that goes on as the nearest known ones do: so long rows are walked in one call a
  // window, whatever their slope. Below 0: none is near.
  double next_by_walking(const HeadPlumb& out, Index i, Index c) const {
    const auto shows = [&](Index at) { return at >= 0 && at < K_ && out.at(i, at) == Seen::visible; };
    for (Index k = 1; k <= width_; ++k)
      for (const Index near : {c - k, c + k}) {
        if (!shows(near)) continue;
        const Index before = near < c ? near - 1 : near + 1;
        const double step = shows(before) ? out.recovered(i, near) - out.recovered(i, before) : 0;
        return -(out.recovered(i, near) + double(k) * step) - std::log(double(width_));
      }
    return -1;
  }

  void count() {
    for (const HeadPlumb& h : result_.heads)
      for (const Seen seen : h.seen) {
        ++result_.elements;
        ++(seen == Seen::visible  ? result_.visible
           : seen == Seen::hidden ? result_.hidden
           : seen == Seen::broken ? result_.broken
                                  : result_.below_reach);
      }
  }

  const Problem problem_;
  const Index K_, n_, width_, zero_;
  ProbeCall call_;
  Plumb result_;
  Arithmetic arithmetic_;
  double value_ = 1;
  reference::Attention truth_, lifted_;
  reference::ErrorBound bounds_;
  std::vector<reference::Matrix> weight_, bound_;  // of the plain calls, a head each, [n][K]
  std::vector<bool> consistent_;                   // [heads * n]: the plain calls are what a right kernel may compute
  Switched switched_;
  double limit_ = lift_max, key_ = 1;
  bool calibrated_ = false, fine_ = false;
};

}  // namespace

Plumb plumb(const Case& a_case, const Kernel& kernel) { return Plumber(a_case, kernel).take(); }

double plumb_work(const Problem& p) {
  const double blocks = std::ceil(double(p.columns()) / double(p.value_dim));
  const double entries = double(std::max<std::int64_t>(p.head_dim - p.rotary.dims, std::min<std::int64_t>(2, p.head_dim)));
  const double calls = blocks * (1 + 2 * std::ceil(double(p.value_dim) / entries));
  return calls * double(p.batch * p.heads) * double(p.queries) * double(p.columns() + 1) * double(p.head_dim + 4 * p.value_dim);
}

}  // namespace boresight::properties::probe
