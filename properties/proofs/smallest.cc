#include "properties/proofs/counterexample.h"

namespace boresight::proofs {
namespace {

using Clock = std::chrono::steady_clock;

// One quantity after another, each made as small as it can be while those before it stay as they are. It ends at the first
// question that is not answered: what was found by then is a counterexample too.
class Shrinking {
 public:
  Shrinking(Query query, Model model, const Solver& solver, std::chrono::milliseconds limit)
      : query_(std::move(query)), best_{std::move(model)}, solver_(solver), limit_(limit), end_(Clock::now() + 3 * limit) {}

  // Upward from `low` in growing steps, since most are near it; then the half between what is too low and what is not.
  void minimize(Whole quantity, std::int64_t low) {
    Integer lowest = low, step = 0;
    while (best_.certain && lowest < value(quantity)) {
      const Integer between = lowest + (value(quantity) - lowest - 1) / 2, bound = std::min(lowest + step, between);
      if (!improves(quantity <= Whole(std::int64_t(bound)))) lowest = bound + 1, step = 2 * step + 1;
    }
    query_.asserted.push_back((quantity == Whole(std::int64_t(value(quantity)))).place());
  }

  const Smallest& best() const { return best_; }

 private:
  Integer value(Whole quantity) const { return evaluate(query_.terms, best_.model)[std::size_t(quantity.place())].value(); }

  bool improves(Truth bound) {
    best_.certain = best_.certain && Clock::now() < end_;
    if (!best_.certain) return false;
    Query closer = query_;
    closer.asserted.push_back(bound.place());
    const Answer answer = solver_(closer, limit_);
    if (answer.kind == Answer::Kind::unknown) best_.certain = false;
    if (answer.kind == Answer::Kind::satisfiable) best_.model = answer.model;
    return answer.kind == Answer::Kind::satisfiable;
  }

  Query query_;
  Smallest best_;
  const Solver& solver_;
  std::chrono::milliseconds limit_;
  Clock::time_point end_;  // of all questions together
};

}  // namespace

Smallest smallest(Stated& stated, Query query, Model model, const Solver& solver, std::chrono::milliseconds limit) {
  const Layout& layout = stated.setting.layout();
  Shrinking shrinking(std::move(query), std::move(model), solver, limit);
  shrinking.minimize(layout.queries + layout.columns(), 0);
  for (const Whole size : {layout.mem_kv, layout.memories, layout.segment}) shrinking.minimize(size, 0);
  shrinking.minimize(select(layout.causal, 1, 0), 0);
  for (const Whole side : {layout.left, layout.right}) shrinking.minimize(side, unlimited);
  for (const Setting::NamedSpan& range : stated.setting.ranges()) {
    shrinking.minimize(Whole(range.span.begin), 0);
    shrinking.minimize(Whole(range.span.end), 0);
  }
  for (const Setting::Named& named : stated.setting.told()) shrinking.minimize(Whole::at(named.place) - Whole::at(named.low), 0);
  return shrinking.best();
}

}  // namespace boresight::proofs
