// A claim, proved or refuted: that its assumptions, with the contrary of what it states or of what its arithmetic owes, hold
// nowhere. Where they do, the counterexample is the smallest, and is computed again by exact integers before it is told.
#pragma once

#include <optional>
#include <string>

#include "problem/case.h"
#include "properties/proofs/claim.h"
#include "properties/proofs/solver.h"

namespace boresight::proofs {

struct Asked {
  Scope scope;                              // its shape, where it has one, is the only one
  std::chrono::milliseconds limit{30'000};  // of one query
};

struct Counterexample {
  std::string where;               // "n=1 S=2 M=1 P=0 causal, row 0, column 1"
  std::vector<std::string> wrong;  // what the code says and what is right, and what overflows; at least one
  std::string token;               // the call; empty where no valid call has these sizes
  bool shows = false;              // in outputs: the claim says how, and no preference had to be dropped
  bool is_smallest = true;         // false: the solver gave up before
};

enum class Verdict : std::uint8_t {
  proved,
  refuted,
  undecided,
  silent  // of one layout: the claim says nothing of it
};

struct Proof {
  Verdict verdict = Verdict::undecided;
  std::string why;  // where undecided
  std::optional<Counterexample> counterexample;
};

Proof prove(const Claim& claim, const Asked& asked, const Solver& solver);

}  // namespace boresight::proofs
