// Solver: whether truths hold at once for some values of their variables. One is linked in, others are programs.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "problem/result.h"
#include "properties/proofs/evaluate.h"

namespace boresight::proofs {

struct Query {
  const Terms& terms;
  std::vector<Place> asserted;
};

struct Answer {
  enum class Kind { unsatisfiable, satisfiable, unknown };
  Kind kind = Kind::unknown;
  Model model;      // where satisfiable
  std::string why;  // where unknown
};

using Solver = std::function<Answer(const Query&, std::chrono::milliseconds limit)>;

// Z3, by its library.
Solver z3_solver();
// A program that reads SMT-LIB 2: its name, or its path. An error where it does not run, or does not answer.
Result<Solver> program_solver(const std::string& program);
// The same, left alone where it does not answer within its limit and some grace. Its thread may still run when main ends, so
// main must end by std::_Exit.
Solver limited(Solver solver, std::chrono::milliseconds grace);

}  // namespace boresight::proofs
