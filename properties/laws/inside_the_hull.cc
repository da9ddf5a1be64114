// A weighted mean stays among what it is a mean of.
//
//   least visible v - bound <= out <= largest visible v + bound      (with a sink or zero_kv: of the visible v and 0)
//   a row that sees nothing: out is exactly 0, lse the sink, or -inf without one
//
// holds: always. It tells where the hull leaves out 0 or twice the right output, so that weights that do not sum to one
// would leave it; or where a row is empty.
#include <algorithm>
#include <limits>

#include "properties/laws/laws.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Hull {
  double least = infinity, most = -infinity;
  void take(double value) { least = std::min(least, value), most = std::max(most, value); }
  bool empty() const { return !(least <= most); }
  bool holds(double value, double bound) const { return least - bound <= value && value <= most + bound; }
};

// Of the visible values alone; the zero key is one of the head's columns.
Hull hull(const reference::Head& head, Eigen::Index i, Eigen::Index d) {
  Hull found;
  for (Eigen::Index c = 0; c < head.visible.cols(); ++c)
    if (head.visible(i, c)) found.take(head.value(c, d));
  return found;
}

}  // namespace

void prepare_inside_the_hull(Case& c, Choices& choices) {
  if (!choices.chance(3, 4)) return;
  c.problem.sink = c.problem.zero_kv = false;
  c.problem.mem_kv = std::min<std::int64_t>(c.problem.mem_kv, 2);
}

Verdict judge_inside_the_hull(const Case& a_case, const Kernel& kernel) {
  Trial trial("inside_the_hull", a_case, kernel);
  const Certificate certificate = trial.certify(trial.call());
  const Results got = trial.run(trial.call());
  bool told = false;
  const auto nearest = [&](const Element& e) -> std::optional<Expected> {
    const reference::Head& head = certificate.truth.heads[head_of(got, e)];
    const double bound = at(certificate.bound, got, e);
    if (e.lse) {
      if (head.visible.row(e.i).any()) return std::nullopt;
      return Expected{at(certificate.truth, got, e), bound};
    }
    Hull inside = hull(head, e.i, e.d);
    if (inside.empty()) return told = true, Expected{0, 0};
    if (a_case.problem.sink) inside.take(0);
    told = told || !inside.holds(0, bound) || !inside.holds(2 * head.out(e.i, e.d), bound);
    return Expected{std::clamp(at(got, e), inside.least, inside.most), bound};
  };
  trial.hold(got, nearest, "the output is no mean of the values it sees");
  trial.needs(told, "no hull leaves out 0 or twice the output, and no row is empty");
  return trial.verdict();
}

}  // namespace boresight::properties
