#include "properties/proofs/terms.h"

#include <cassert>
#include <limits>
#include <utility>

#include "properties/proofs/evaluate.h"

namespace boresight::proofs {
namespace {

thread_local Terms* open_terms = nullptr;

Terms& opened() {
  assert(open_terms != nullptr);
  return *open_terms;
}

}  // namespace

Place constant_node(std::int64_t value) { return opened().constant(value); }
Place node(Operation operation, Place first, Place second, Place third) {
  return opened().apply(operation, first, second, third);
}
void oblige(Operation operation, Place first, Place second, Place result, int bits) {
  opened().oblige(operation, first, second, result, bits);
}

Open::Open(Terms& terms) : before_(std::exchange(open_terms, &terms)) {}
Open::~Open() { open_terms = before_; }

Place Terms::add(const Node& node) {
  const auto [at, is_new] = places_.try_emplace(node, Place(nodes_.size()));
  if (is_new) nodes_.push_back(node);
  return at->second;
}

Place Terms::variable(std::string name) {
  variables_.push_back(std::move(name));
  return add({.operation = Operation::variable, .value = std::int64_t(variables_.size()) - 1});
}

Place Terms::constant(std::int64_t value) { return add({.operation = Operation::constant, .value = value}); }

Place Terms::simpler(const Node& node) const {
  const auto is = [&](Place place, std::int64_t value) { return is_constant(place) && (*this)[place].value == value; };
  switch (node.operation) {
    case Operation::conjunction:
      return is(node.first, 1) || is(node.second, 0) ? node.second : is(node.first, 0) || is(node.second, 1) ? node.first : -1;
    case Operation::disjunction:
      return is(node.first, 0) || is(node.second, 1) ? node.second : is(node.first, 1) || is(node.second, 0) ? node.first : -1;
    case Operation::select:
      return is_constant(node.first) ? (is(node.first, 1) ? node.second : node.third) : -1;
    default:
      return -1;
  }
}

// Constants are computed at once, as long as they can be written down.
Place Terms::apply(Operation operation, Place first, Place second, Place third) {
  const Node node{operation, first, second, third, 0};
  if (const Place same = simpler(node); same >= 0) return same;
  const bool known = is_constant(first) && (second < 0 || is_constant(second)) && (third < 0 || is_constant(third));
  if (!known) return add(node);
  const auto value = [&](Place place) { return place < 0 ? Integer(0) : Integer((*this)[place].value); };
  const std::optional<Integer> result = computed(operation, value(first), value(second), value(third));
  if (!result || *result < std::numeric_limits<std::int64_t>::min() || *result > std::numeric_limits<std::int64_t>::max())
    return add(node);
  return constant(std::int64_t(*result));
}

// Fits: -2^(bits-1) <= result < 2^(bits-1). A division owes its operands' signs instead: then its result fits.
void Terms::oblige(Operation operation, Place first, Place second, Place result, int bits) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  const auto less = [&](Place a, Place b) { return apply(Operation::less, a, b, -1); };
  const auto not_less = [&](Place a, Place b) { return apply(Operation::negation, less(a, b), -1, -1); };
  const auto both = [&](Place a, Place b) { return apply(Operation::conjunction, a, b, -1); };
  const Place kept = operation == Operation::divide
                         ? both(not_less(first, constant(0)), less(constant(0), second))
                         : both(not_less(result, constant(-most - 1)), not_less(constant(most), result));
  if (is_constant(kept) && (*this)[kept].value != 0) return;
  obligations_.push_back({operation, first, second, result, bits, kept});
}

}  // namespace boresight::proofs
