// Rows: what laws share: all rows of a problem, run to their end, and a walk over them.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "properties/proofs/field/subject.h"

namespace boresight::field {

// [heads][queries], zero key and sink included.
inline std::vector<State> attended(const Subject& subject, const FieldProblem& f) {
  std::vector<State> states = subject.attend(f);
  for (std::size_t at = 0; at < states.size(); ++at) end_row(subject, f, std::int64_t(at) / f.c.queries, states[at]);
  return states;
}

// visit(head, row, state).
template <class Visit>
void for_each_row(const FieldProblem& f, const std::vector<State>& states, Visit visit) {
  for (std::int64_t head = 0; head < f.c.heads; ++head)
    for (std::int64_t row = 0; row < f.c.queries; ++row) visit(head, row, states[std::size_t(head * f.c.queries + row)]);
}

// What a finished row of these sums is.
inline Output quotient_of(const Sums& sums) {
  Output output{std::vector<Weight>(sums.values.size()), {sums.empty, sums.weights}};
  for (std::size_t e = 0; e < sums.values.size() && !sums.empty; ++e)
    output.values[e] = Field::quotient(sums.values[e], sums.weights);
  return output;
}

// Bits for a law's own choices on a case: `which` tells them apart.
inline std::uint64_t choice(const FieldCase& c, std::int64_t which) {
  return element_bits(mix(std::uint64_t(c.seed) + 77), which);
}

// Shuffles by the case's seed.
template <class T>
void shuffle(std::vector<T>& list, const FieldCase& c) {
  for (std::size_t last = list.size(); last > 1; --last) std::swap(list[last - 1], list[choice(c, std::int64_t(last)) % last]);
}

}  // namespace boresight::field
