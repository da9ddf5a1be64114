// Z3 by its C++ interface, over integers: bit-vectors of 32 bits were tried and time out. Its exceptions end here.
// It is given the very text that other solvers read, under its logic: the same nodes, built by calls and without one, took it
// twenty times as long over products.
#include <z3++.h>

#include <algorithm>

#include "properties/proofs/smt_lib.h"

namespace boresight::proofs {
namespace {

Integer integer(const std::string& text) {
  Integer value = 0;
  for (const char digit : text)
    if (digit != '-') value = value * 10 + (digit - '0');
  return text.starts_with('-') ? -value : value;
}

Answer ask(const Query& query, std::chrono::milliseconds limit, unsigned seed) {
  z3::context context;
  z3::solver solver(context, logic(query).c_str());
  solver.set("timeout", unsigned(limit.count()));
  solver.set("random_seed", seed);
  solver.set("ctrl_c", false);  // an interrupt ends the program, as it should
  solver.from_string(assertions(query).c_str());
  const z3::check_result result = solver.check();
  if (result == z3::unsat) return {Answer::Kind::unsatisfiable, {}, {}};
  if (result == z3::unknown) return {Answer::Kind::unknown, {}, solver.reason_unknown()};
  Answer answer{Answer::Kind::satisfiable, {}, {}};
  const z3::model model = solver.get_model();
  for (std::size_t number = 0; number < query.terms.variables().size(); ++number) {
    const z3::expr value = model.eval(context.int_const(variable_word(number).c_str()), true);
    answer.model.push_back(integer(Z3_get_numeral_string(context, value)));
  }
  return answer;
}

}  // namespace

// Three searches, each longer than the one before, share the time: one that is lost with one seed is over at once with another.
Solver z3_solver() {
  return [](const Query& query, std::chrono::milliseconds limit) {
    Answer answer;
    try {
      unsigned seed = 0;
      for (const int percent : {10, 30, 60})
        if (answer.kind == Answer::Kind::unknown)
          answer = ask(query, std::max(limit * percent / 100, std::chrono::milliseconds(1)), seed++);
    } catch (const z3::exception& error) {
      answer = {Answer::Kind::unknown, {}, error.msg()};
    }
    return answer;
  };
}

}  // namespace boresight::proofs
