// Z3 by its C++ interface, over integers: bit-vectors of 32 bits were tried and time out. Its exceptions end here.
#include <z3++.h>

#include "properties/proofs/solver.h"

namespace boresight::proofs {
namespace {

class Translation {
 public:
  Translation(z3::context& context, const Terms& terms) : context_(context), terms_(terms) {
    for (const Node& node : terms.nodes()) expressions_.push_back(translated(node));
  }
  z3::expr truth(Place place) const {
    const Node& node = terms_[place];
    return node.operation == Operation::constant ? context_.bool_val(node.value != 0) : number(place);
  }
  z3::expr variable(std::size_t number) const { return context_.int_const(("v" + std::to_string(number)).c_str()); }

 private:
  z3::expr number(Place place) const { return expressions_[std::size_t(place)]; }
  z3::expr translated(const Node& node) const {
    const auto first = [&] { return number(node.first); };
    const auto second = [&] { return number(node.second); };
    switch (node.operation) {
      case Operation::constant:
        return context_.int_val(node.value);
      case Operation::variable:
        return variable(std::size_t(node.value));
      case Operation::add:
        return first() + second();
      case Operation::subtract:
        return first() - second();
      case Operation::multiply:
        return first() * second();
      case Operation::divide:
        return first() / second();
      case Operation::less:
        return first() < second();
      case Operation::equal:
        return first() == second();
      case Operation::conjunction:
        return truth(node.first) && truth(node.second);
      case Operation::disjunction:
        return truth(node.first) || truth(node.second);
      case Operation::negation:
        return !truth(node.first);
      default:
        return z3::ite(truth(node.first), second(), number(node.third));
    }
  }

  z3::context& context_;
  const Terms& terms_;
  std::vector<z3::expr> expressions_;
};

Integer integer(const std::string& text) {
  Integer value = 0;
  for (const char digit : text)
    if (digit != '-') value = value * 10 + (digit - '0');
  return text.starts_with('-') ? -value : value;
}

Answer ask(const Query& query, std::chrono::milliseconds limit) {
  z3::context context;
  z3::solver solver(context);
  solver.set("timeout", unsigned(limit.count()));
  solver.set("ctrl_c", false);  // an interrupt ends the program, as it should
  const Translation translation(context, query.terms);
  for (const Place place : query.asserted) solver.add(translation.truth(place));
  const z3::check_result result = solver.check();
  if (result == z3::unsat) return {Answer::Kind::unsatisfiable, {}, {}};
  if (result == z3::unknown) return {Answer::Kind::unknown, {}, solver.reason_unknown()};
  Answer answer{Answer::Kind::satisfiable, {}, {}};
  const z3::model model = solver.get_model();
  for (std::size_t number = 0; number < query.terms.variables().size(); ++number)
    answer.model.push_back(integer(Z3_get_numeral_string(context, model.eval(translation.variable(number), true))));
  return answer;
}

}  // namespace

Solver z3_solver() {
  return [](const Query& query, std::chrono::milliseconds limit) {
    try {
      return ask(query, limit);
    } catch (const z3::exception& error) {
      return Answer{Answer::Kind::unknown, {}, error.msg()};
    }
  };
}

}  // namespace boresight::proofs
