#include "properties/probe/lift.h"

#include <algorithm>
#include <cmath>

namespace boresight::properties::probe {
namespace {

constexpr double lift_max = 0x1p14;  // nats at least
constexpr double query_max = 4096;   // what an entry of q is at most

// At least twice as deep as the deepest right level.
double limit(const Probing& probing) {
  double spread = 0;
  each_row_of_heads(probing, [&](std::size_t h, Index i) {
    const HeadPlumb& head = probing.result.heads[h];
    for (Index c = 0; c < probing.columns; ++c)
      if (head.right_visible(i, c)) spread = std::max(spread, std::abs(head.right(i, c)));
  });
  return std::max(lift_max, 2 * spread);
}

double key_for(double limit, double scale) {
  return std::max(std::exp2(std::ceil(std::log2(limit / std::abs(scale) / query_max))), 1.0);
}

bool bias_is_known(const Probing& probing) {
  const auto finite = [](const reference::Head& head) { return head.bias.allFinite(); };
  return std::all_of(probing.truth.heads.begin(), probing.truth.heads.end(), finite);
}

std::string why_not(const Probing& probing, const Switched& switched) {
  if (switched.entries.empty() || !bias_is_known(probing)) return "rotary turns every entry";
  const std::string unsupported = probing.call.kernel().unsupported(switched.problem, probing.call.tensors());
  return unsupported.empty() ? "" : "not supported: " + unsupported;
}

class Writer {
 public:
  Writer(const Lifter& lifter, Index heads)
      : lifter_(lifter), heads_(heads), parts_(lifter.fine ? 2 : 1), scale_(effective_scale(lifter.switched.problem)) {}

  void keys(ProbeInputs& in, Columns shown) const {
    for (Index k = 0; k < shown.count; ++k)
      for (Index part = 0; part < parts_; ++part) in.set_key(shown.first + k, entry(k, part), lifter_.key);
  }

  // The first entry takes what its type holds of the lift, the second what is left.
  void query(ProbeInputs& in, const Lift& lift) const {
    const Index head = Index(lift.head);
    double left = lift.nats / (scale_ * lifter_.key);
    for (Index part = 0; part < parts_ && left != 0; ++part)
      left -= in.set_query(head / heads_, head % heads_, lift.i, entry(lift.k, part), left);
  }

 private:
  Index entry(Index k, Index part) const { return lifter_.switched.entries[std::size_t(parts_ * k + part)]; }
  const Lifter& lifter_;
  const Index heads_, parts_;
  const double scale_;
};

}  // namespace

std::optional<Lifter> lifter(Probing& probing) {
  Lifter lifter;
  lifter.switched = switched(probing.problem);
  if (const std::string why = why_not(probing, lifter.switched); !why.empty()) {
    probing.result.notes.push_back("nothing could be lifted: " + why);
    return std::nullopt;
  }
  lifter.limit = limit(probing);
  lifter.key = key_for(lifter.limit, effective_scale(lifter.switched.problem));
  // A lift of thousands of nats is coarse in a 16-bit q.
  const bool coarse = unit_roundoff(probing.problem.type) > unit_roundoff(Type::f32);
  lifter.fine = coarse && lifter.switched.entries.size() > 1;
  return lifter;
}

bool shoot_lifted(Probing& probing, Lifter& lifter, Columns shown, const std::vector<Lift>& lifts, Results& got) {
  const Writer writer(lifter, probing.problem.heads);
  probing.call.write([&](ProbeInputs& in) {
    in.clear_queries_and_keys();
    in.set_one_hot(shown.first, shown.count, probing.value);
    writer.keys(in, shown);
    for (const Lift& lift : lifts)
      if (!lift.done) writer.query(in, lift);
  });
  const Problem& problem = lifter.switched.problem;
  if (!shoot(probing, problem, got)) return false;
  reference::attend(problem, tensors_for(problem, probing.call.tensors()), lifter.truth);
  bound_one_hot(probing, problem, lifter.truth, shown);
  return true;
}

}  // namespace boresight::properties::probe
