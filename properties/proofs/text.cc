#include "properties/proofs/text.h"

#include <fmt/format.h>

namespace boresight::proofs {
namespace {

constexpr int depth_max = 5;
constexpr const char* signs[] = {"", "", "+", "-", "*", "/", "<", "==", "and", "or"};

bool is_infix(Operation operation) { return operation >= Operation::add && operation <= Operation::disjunction; }

std::string written(const Terms& terms, Place place, int depth) {
  const Node& node = terms[place];
  if (node.operation == Operation::constant) return fmt::format("{}", node.value);
  if (node.operation == Operation::variable) return terms.variables()[std::size_t(node.value)];
  if (depth == 0) return "..";
  const auto inner = [&](Place operand, bool encloses) {
    const std::string one = written(terms, operand, depth - 1);
    return encloses && is_infix(terms[operand].operation) ? "(" + one + ")" : one;
  };
  if (node.operation == Operation::negation) return "not " + inner(node.first, true);
  if (node.operation == Operation::select)
    return fmt::format("select({}, {}, {})", inner(node.first, false), inner(node.second, false), inner(node.third, false));
  // a + b - c needs no brackets, a - (b + c) and a * (b + c) do.
  const bool additive = node.operation == Operation::add || node.operation == Operation::subtract;
  const Operation left = terms[node.first].operation;
  const bool left_is_additive = left == Operation::add || left == Operation::subtract;
  return fmt::format("{} {} {}", inner(node.first, !(additive && left_is_additive)), signs[int(node.operation)],
                     inner(node.second, true));
}

std::string value(const Values& values, Place place) {
  const std::optional<Integer>& known = values[std::size_t(place)];
  return known ? fmt::format("{}", *known) : "nothing";
}

}  // namespace

std::string text(const Terms& terms, Place place) { return written(terms, place, depth_max); }

std::string broken(const Terms& terms, const Obligation& owed, const Values& values) {
  if (owed.operation == Operation::narrow)
    return fmt::format("{} = {} does not fit in {} bits", text(terms, owed.result), value(values, owed.result), owed.bits);
  const auto side = [&](Place place) {
    const std::string one = text(terms, place);
    return is_infix(terms[place].operation) ? "(" + one + ")" : one;
  };
  const char* const sign = signs[int(owed.operation)];
  const std::string given = fmt::format("{} {} {} = {} {} {}", side(owed.first), sign, side(owed.second),
                                        value(values, owed.first), sign, value(values, owed.second));
  if (owed.operation == Operation::divide) return given + " is no division of what is not negative by what is positive";
  return fmt::format("{} = {} does not fit in {} bits", given, value(values, owed.result), owed.bits);
}

}  // namespace boresight::proofs
