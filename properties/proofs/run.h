// All claims that were asked for, on several threads, told in the order of the table.
#pragma once

#include <functional>
#include <vector>

#include "properties/proofs/prove.h"

namespace boresight::proofs {

struct Proved {
  Proof proof;
  double seconds = 0;
};

// A solver for each claim, by its name; `told` is called with each claim's number, in order, by one thread at a time.
void prove_all(const std::vector<Claim>& claims, const Asked& asked, int threads,
               const std::function<Solver(const Claim&)>& solver_of, const std::function<void(std::size_t, const Proved&)>& told);

}  // namespace boresight::proofs
