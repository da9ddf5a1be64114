// The smallest counterexample of a stated claim, and what it is told as.
#pragma once

#include "properties/proofs/prove.h"

namespace boresight::proofs {

// A setting after a claim was stated in it, with what must hold: the statement, and what its arithmetic owes.
struct Stated {
  Setting setting;
  Truth claimed, kept;

  Stated(const Claim& claim, const Scope& scope);
  // Assumptions, lemmas, and `others` besides.
  Query query(std::vector<Place> others) const;
  // Whether exact integers say that all these are true.
  bool confirmed(const Query& query, const Model& model) const;
};

// A model of `query` that gets no smaller: by n + S + M + P, then by each variable in turn.
struct Smallest {
  Model model;
  bool certain = true;  // false: a question on the way was not answered
};
Smallest smallest(Stated& stated, Query query, Model model, const Solver& solver, std::chrono::milliseconds limit);

// In words. `shows`: every preference holds.
Counterexample counterexample(const Claim& claim, const Stated& stated, const Smallest& smallest, bool preferred);

}  // namespace boresight::proofs
