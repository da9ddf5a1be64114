// The law of values: outputs and sums are linear in them.
#include "properties/proofs/field/laws.h"
#include "properties/proofs/field/laws/rows.h"

namespace boresight::field {
namespace {

constexpr Weight x{123'456'789}, y{987'654'321};

// The same problem with other values; and with x * one + y * other.
FieldProblem with_other_values(const FieldProblem& f) {
  FieldProblem other = f;
  for (Part& part : other.parts)
    for (Weight& value : part.values) value = {std::uint32_t(mix(value.residue) % prime)};
  return other;
}
FieldProblem combined(const FieldProblem& one, const FieldProblem& other) {
  FieldProblem both = one;
  for (std::size_t number = 0; number < both.parts.size(); ++number)
    for (std::size_t at = 0; at < both.parts[number].values.size(); ++at)
      both.parts[number].values[at] = x * one.parts[number].values[at] + y * other.parts[number].values[at];
  return both;
}

Output combined(const Output& one, const Output& other) {
  Output both = one;
  for (std::size_t e = 0; e < both.values.size(); ++e) both.values[e] = x * one.values[e] + y * other.values[e];
  return both;
}

}  // namespace

// output(x * v + y * w) = x * output(v) + y * output(w), and lse does not change.
Judgement judge_linear_in_values(const Subject& subject, const FieldCase& c) {
  const FieldProblem one = problem_of(c), other = with_other_values(one);
  const std::vector<State> of_one = attended(subject, one), of_other = attended(subject, other);
  Judgement judgement;
  for_each_row(one, attended(subject, combined(one, other)), [&](std::int64_t head, std::int64_t row, const State& state) {
    const std::size_t at = std::size_t(head * c.queries + row);
    const Output right = combined(subject.finish(of_one[at]), subject.finish(of_other[at]));
    judgement.same(subject.finish(state), right, head, row, "values combined against outputs combined");
  });
  return judgement;
}

}  // namespace boresight::field
