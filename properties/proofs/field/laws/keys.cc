// Laws of keys: which are shown, what hidden ones hold, and in which order persistent ones lie.
#include <algorithm>
#include <array>
#include <cassert>

#include "properties/proofs/field/laws.h"
#include "properties/proofs/field/laws/rows.h"

namespace boresight::field {
namespace {

bool in_first_half(const FieldCase& c, std::int64_t column) { return choice(c, column) % 2 == 0; }

// The problem with half of its columns hidden by the attention mask; the other half where `first` is false.
FieldProblem half_of(const FieldProblem& f, bool first) {
  FieldProblem half = f;
  const std::int64_t rows = f.c.heads * f.c.queries, columns = f.c.columns();
  if (half.attention_mask.empty()) half.attention_mask.assign(std::size_t(rows * columns), 1);
  for (std::int64_t at = 0; at < rows * columns; ++at)
    if (in_first_half(f.c, at % columns) != first) half.attention_mask[std::size_t(at)] = 0;
  return half;
}

// Other contents for every key that the row does not see.
FieldProblem with_other_hidden(const FieldProblem& f, std::int64_t head, std::int64_t row) {
  FieldProblem other = f;
  for (int number = 0; number < 3; ++number) {
    Part& part = other.parts[std::size_t(number)];
    for (std::int64_t index = 0; index < part.length; ++index) {
      if (sees(f, head, row, number, index)) continue;
      const std::int64_t key = kv_head_of(f.c, head) * part.length + index;
      part.keys[std::size_t(key)].bits = mix(part.keys[std::size_t(key)].bits + 1);
      for (std::int64_t e = 0; e < f.c.width; ++e)
        part.values[std::size_t(key * f.c.width + e)] = part.values[std::size_t(key * f.c.width + e)] + Weight{5};
    }
  }
  return other;
}

// Persistent columns in another order, with their keys, values and columns of the attention mask.
FieldProblem permuted(const FieldProblem& f) {
  FieldProblem other = f;
  std::vector<std::int64_t> order;
  for (std::int64_t index = 0; index < f.c.mem_kv; ++index) order.push_back(index);
  shuffle(order, f.c);
  const auto move = [&](auto& to, const auto& from, std::int64_t rows, std::int64_t stride, std::int64_t width) {
    for (std::int64_t row = 0; row < rows && !from.empty(); ++row)
      for (std::int64_t index = 0; index < f.c.mem_kv; ++index)
        std::copy_n(from.begin() + row * stride + order[std::size_t(index)] * width, width,
                    to.begin() + row * stride + index * width);
  };
  const Part& part = f.parts[0];
  move(other.parts[0].keys, part.keys, f.c.kv_heads, f.c.mem_kv, 1);
  move(other.parts[0].values, part.values, f.c.kv_heads, f.c.mem_kv * f.c.width, f.c.width);
  move(other.attention_mask, f.attention_mask, f.c.heads * f.c.queries, f.c.columns(), 1);
  return other;
}

}  // namespace

// merge(attend(half), attend(other half)) = attend.
Judgement judge_splitting_keys(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  std::vector<State> one = subject.attend(half_of(f, true)), other = subject.attend(half_of(f, false));
  Judgement judgement;
  for_each_row(f, subject.attend(f), [&](std::int64_t head, std::int64_t row, const State& state) {
    const std::size_t at = std::size_t(head * c.queries + row);
    subject.merge(one[at], other[at]);
    judgement.same(sums_of(one[at], c.width), sums_of(state, c.width), head, row, "two halves of the keys against all");
  });
  return judgement;
}

// Every bit of the state is the same, the reference too: no hidden score was looked at.
Judgement judge_hidden_is_inert(const Subject& subject, const FieldCase& c) {
  Judgement judgement;
  if (c.queries == 0) return judgement;
  const FieldProblem f = problem_of(c);
  const std::vector<State> states = subject.attend(f);
  const std::int64_t row = std::int64_t(choice(c, 0) % std::uint64_t(c.queries));
  for (std::int64_t head = 0; head < c.heads; ++head) {
    const std::size_t at = std::size_t(head * c.queries + row);
    const State other = subject.attend(with_other_hidden(f, head, row))[at];
    judgement.same(sums_of(other, c.width), sums_of(states[at], c.width), head, row, "with other contents where it sees nothing");
    judgement.holds(other == states[at], head, row, "the contents of a hidden key reach the state");
  }
  return judgement;
}

// attend(persistent keys in another order) = attend.
Judgement judge_permuting_persistent_keys(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  const std::vector<State> states = subject.attend(permuted(f));
  Judgement judgement;
  for_each_row(f, subject.attend(f), [&](std::int64_t head, std::int64_t row, const State& state) {
    judgement.same(sums_of(states[std::size_t(head * c.queries + row)], c.width), sums_of(state, c.width), head, row,
                   "persistent keys in another order");
  });
  return judgement;
}

}  // namespace boresight::field
