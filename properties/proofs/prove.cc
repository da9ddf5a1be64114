#include "properties/proofs/prove.h"

#include <algorithm>
#include <tuple>

#include "properties/proofs/counterexample.h"

namespace boresight::proofs {
namespace {

Proof undecided(std::string why) { return {Verdict::undecided, std::move(why), {}}; }

// Unsatisfiable: the claim holds wherever its assumptions do, which must be somewhere.
Proof proved_somewhere(const Stated& stated, const Asked& asked, const Solver& solver) {
  const Query assumptions = stated.query({});
  const Answer answer = solver(assumptions, asked.limit);
  if (answer.kind == Answer::Kind::unknown) return undecided("whether its assumptions hold anywhere: " + answer.why);
  if (answer.kind == Answer::Kind::unsatisfiable)
    return asked.scope.layout ? Proof{Verdict::silent, {}, {}} : undecided("its assumptions hold nowhere");
  if (!stated.confirmed(assumptions, answer.model)) return undecided("its assumptions do not hold where the solver says");
  return {Verdict::proved, {}, {}};
}

Proof refuted(const Claim& claim, Stated& stated, const Query& query, const Answer& first, const Asked& asked,
              const Solver& solver) {
  if (!stated.confirmed(query, first.model)) return undecided("it holds where the solver says that it does not");
  Query wished = query;
  wished.asserted.insert(wished.asserted.end(), stated.setting.preferences().begin(), stated.setting.preferences().end());
  const Answer second = solver(wished, asked.limit);
  const bool preferred = second.kind == Answer::Kind::satisfiable && stated.confirmed(wished, second.model);
  const Query& chosen = preferred ? wished : query;
  const Answer& answer = preferred ? second : first;
  Smallest found = smallest(stated, chosen, answer.model, solver, asked.limit);
  if (!stated.confirmed(chosen, found.model)) found = {answer.model, false};
  return {Verdict::refuted, {}, counterexample(claim, stated, found, preferred)};
}

// The first lemma that is not true of all integers; empty: all are.
std::string false_lemma(const Stated& stated, const Asked& asked, const Solver& solver) {
  Place proved = -1;
  for (const Setting::Lemma& lemma : stated.setting.lemmas()) {
    if (lemma.general == proved) continue;
    const Answer answer = solver({stated.setting.terms(), {(!Truth::at(lemma.general)).place()}}, asked.limit);
    if (answer.kind == Answer::Kind::unknown) return "a lemma: " + answer.why;
    if (answer.kind == Answer::Kind::satisfiable) return "a lemma is false";
    proved = lemma.general;
  }
  return "";
}

// What must all hold for a truth to hold.
std::vector<Place> conjuncts(const Terms& terms, Place truth) {
  const Node node = terms[truth];
  if (node.operation != Operation::conjunction) return {truth};
  std::vector<Place> all = conjuncts(terms, node.first);
  for (const Place other : conjuncts(terms, node.second)) all.push_back(other);
  return all;
}

// By one statement; `ranged` tells whether it takes ranges of rows or columns.
Proof prove_in(const Claim& claim, const Asked& asked, const Solver& solver, bool* ranged = nullptr) {
  Stated stated(claim, asked.scope);
  if (ranged != nullptr) *ranged = !stated.setting.ranges().empty();
  if (std::string why = false_lemma(stated, asked, solver); !why.empty()) return undecided(std::move(why));
  // Apart, since a solver that must consider all at once takes far longer where products are in them.
  std::vector<Place> parts = conjuncts(stated.setting.terms(), stated.claimed.place());
  parts.push_back(stated.kept.place());
  Proof open{Verdict::proved, {}, {}};
  for (const Place part : parts) {
    const Query query = stated.query({(!Truth::at(part)).place()});
    const Answer answer = solver(query, asked.limit);
    if (answer.kind == Answer::Kind::satisfiable) return refuted(claim, stated, query, answer, asked, solver);
    if (answer.kind == Answer::Kind::unknown) open = undecided(answer.why);
  }
  if (open.verdict != Verdict::proved) return open;
  return proved_somewhere(stated, asked, solver);
}

// Up to 4x4, small ones first: a counterexample should be a tile of a tiling that a person can draw.
std::vector<TileShape> small_shapes() {
  std::vector<TileShape> shapes;
  for (std::int64_t height = 1; height <= 4; ++height)
    for (std::int64_t width = 1; width <= 4; ++width) shapes.push_back({height, width});
  const auto size = [](const TileShape& shape) {
    return std::tuple(shape.height * shape.width, shape.height + shape.width, shape.height);
  };
  std::ranges::sort(shapes, std::less<>(), size);
  return shapes;
}

constexpr std::chrono::milliseconds redrawing_limit{2000};  // of a query: what is looked for is a nicer one

// The same refutation by tiles of a small shape; where there is none, as it was.
Proof redrawn(const Claim& claim, const Asked& asked, const Solver& solver, Proof as_it_was) {
  for (const TileShape& shape : small_shapes()) {
    Asked smaller = asked;
    smaller.limit = std::min(asked.limit, redrawing_limit);
    smaller.scope.shape = shape;
    Proof proof = prove_in(claim, smaller, solver);
    const bool shows = proof.counterexample && proof.counterexample->shows;
    if (proof.verdict == Verdict::refuted && (shows || claim.shown_by.empty())) return proof;
    if (proof.verdict == Verdict::refuted && as_it_was.counterexample && !as_it_was.counterexample->shows &&
        as_it_was.counterexample->token.empty())
      as_it_was = proof;
  }
  return as_it_was;
}

}  // namespace

Proof prove(const Claim& claim, const Asked& asked, const Solver& solver) {
  if (asked.scope.shape || claim.kind == Kind::general) {
    bool ranged = false;
    Proof proof = prove_in(claim, asked, solver, &ranged);
    const bool is_redrawn = proof.verdict == Verdict::refuted && ranged && !asked.scope.shape;
    return is_redrawn ? redrawn(claim, asked, solver, std::move(proof)) : proof;
  }
  // Refuted by one shape is refuted, whatever another leaves undecided.
  Proof all{Verdict::silent, {}, {}};
  for (const TileShape& shape : shapes_in_use()) {
    Asked one = asked;
    one.scope.shape = shape;
    Proof proof = prove_in(claim, one, solver);
    if (proof.verdict == Verdict::refuted) return redrawn(claim, asked, solver, std::move(proof));
    if (proof.verdict == Verdict::undecided || all.verdict == Verdict::silent) all = std::move(proof);
  }
  return all;
}

}  // namespace boresight::proofs
