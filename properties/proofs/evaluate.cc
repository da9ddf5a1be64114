#include "properties/proofs/evaluate.h"

namespace boresight::proofs {
namespace {

Integer floor_of(Integer dividend, Integer divisor) {
  const Integer quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

// By a reference, since the operation that fills it is an argument beside it.
std::optional<Integer> unless(bool overflowed, const Integer& result) {
  return overflowed ? std::nullopt : std::optional(result);
}

}  // namespace

std::optional<Integer> computed(Operation operation, Integer first, Integer second, Integer third) {
  Integer result = 0;
  switch (operation) {
    case Operation::add:
      return unless(__builtin_add_overflow(first, second, &result), result);
    case Operation::subtract:
      return unless(__builtin_sub_overflow(first, second, &result), result);
    case Operation::multiply:
      return unless(__builtin_mul_overflow(first, second, &result), result);
    case Operation::divide:
      return second > 0 ? std::optional(floor_of(first, second)) : std::nullopt;
    case Operation::less:
      return first < second;
    case Operation::equal:
      return first == second;
    case Operation::conjunction:
      return first != 0 && second != 0;
    case Operation::disjunction:
      return first != 0 || second != 0;
    case Operation::negation:
      return first == 0;
    case Operation::select:
      return first != 0 ? second : third;
    default:
      return std::nullopt;
  }
}

namespace {

// What one operand decides alone: the other may be worth nothing.
std::optional<Integer> computed(Operation operation, std::optional<Integer> first, std::optional<Integer> second,
                                std::optional<Integer> third) {
  if (operation == Operation::conjunction && (first == Integer(0) || second == Integer(0))) return 0;
  if (operation == Operation::disjunction && (first == Integer(1) || second == Integer(1))) return 1;
  if (operation == Operation::select && first) return *first != 0 ? second : third;
  return first && second && third ? computed(operation, *first, *second, *third) : std::nullopt;
}

}  // namespace

Values evaluate(const Terms& terms, const Model& model) {
  Values values;
  values.reserve(terms.nodes().size());
  for (const Node& node : terms.nodes()) {
    if (node.operation == Operation::constant || node.operation == Operation::variable) {
      values.push_back(node.operation == Operation::constant ? Integer(node.value) : model[std::size_t(node.value)]);
      continue;
    }
    const auto value = [&](Place place) { return place < 0 ? std::optional(Integer(0)) : values[std::size_t(place)]; };
    values.push_back(computed(node.operation, value(node.first), value(node.second), value(node.third)));
  }
  return values;
}

}  // namespace boresight::proofs
