// Laws of scores: a constant on a row, a score without a value, and no score at all.
#include "properties/proofs/field/laws.h"
#include "properties/proofs/field/laws/rows.h"

namespace boresight::field {
namespace {

Sums times(Weight factor, Sums sums) {
  sums.weights = factor * sums.weights;
  for (Weight& value : sums.values) value = factor * value;
  return sums;
}

// One more persistent column in front, which no mask hides: for each head a key of this score, and value 0.
FieldProblem with_column_in_front(const FieldProblem& f, const std::vector<Score>& scores) {
  FieldProblem wider = f;
  const FieldCase& c = f.c;
  ++wider.c.mem_kv;
  Part& part = wider.parts[0];
  ++part.length;
  part.shown.insert(part.shown.begin(), 1);
  for (std::int64_t head = 0; head < c.kv_heads; ++head) {
    part.keys.insert(part.keys.begin() + head * part.length, {scores[std::size_t(head)].exponent, true});
    part.values.insert(part.values.begin() + head * part.length * c.width, std::size_t(c.width), Weight{});
  }
  for (std::int64_t row = 0; row < c.heads * c.queries && c.hidden_pairs > 0; ++row)
    wider.attention_mask.insert(wider.attention_mask.begin() + row * wider.c.columns(), 1);
  return wider;
}

// The problem with the attention mask closed for every second row.
FieldProblem with_empty_rows(const FieldProblem& f) {
  FieldProblem emptier = f;
  const std::int64_t columns = f.c.columns();
  if (emptier.attention_mask.empty()) emptier.attention_mask.assign(std::size_t(f.c.heads * f.c.queries * columns), 1);
  for (std::int64_t at = 0; at < f.c.heads * f.c.queries; at += 2)
    for (std::int64_t column = 0; column < columns; ++column) emptier.attention_mask[std::size_t(at * columns + column)] = 0;
  return emptier;
}

}  // namespace

// Scores s + c: sums * 7^c, output the same.
Judgement judge_row_constant(const Subject& subject, const FieldCase& c) {
  FieldProblem f = problem_of(c);
  const std::vector<State> before = subject.attend(f);
  for (std::size_t at = 0; at < f.row_constants.size(); ++at)
    f.row_constants[at] = std::int64_t(choice(c, std::int64_t(at)) % 2'000'000) - 1'000'000;
  Judgement judgement;
  for_each_row(f, subject.attend(f), [&](std::int64_t head, std::int64_t row, const State& state) {
    const std::size_t at = std::size_t(head * c.queries + row);
    const Weight factor = exponential(score_of(f.row_constants[at]));
    const Sums shifted = times(factor, sums_of(before[at], c.width));
    judgement.same(sums_of(state, c.width), shifted, head, row, "a constant more on the row");
    judgement.same(subject.finish(state), quotient_of(shifted), head, row, "a constant more on the row, divided");
  });
  return judgement;
}

// Ended by a sink and a zero key = one column more for each, of their scores, with value 0.
Judgement judge_sink_is_a_column_without_value(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  FieldProblem wider = f;
  if (c.sink == 1) wider = with_column_in_front(wider, f.sinks);
  if (c.zero_key == 1) wider = with_column_in_front(wider, std::vector<Score>(std::size_t(c.heads)));
  const std::vector<State> states = subject.attend(wider);
  Judgement judgement;
  for_each_row(f, attended(subject, f), [&](std::int64_t head, std::int64_t row, const State& state) {
    const State& as_columns = states[std::size_t(head * c.queries + row)];
    judgement.same(sums_of(state, c.width), sums_of(as_columns, c.width), head, row, "sink and zero key against columns");
    judgement.same(subject.finish(state), subject.finish(as_columns), head, row, "sink and zero key against columns, divided");
  });
  return judgement;
}

// Nothing seen: zero, and an lse of its own; with a sink: zero, and the sink. Merged from either side it changes nothing.
Judgement judge_empty_row(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = with_empty_rows(problem_of(c));
  const std::vector<State> states = subject.attend(f);
  const Output zero{std::vector<Weight>(subject.empty(f).sums.size()), {}};
  Judgement judgement;
  for_each_row(f, states, [&](std::int64_t head, std::int64_t row, const State& state) {
    if ((head * c.queries + row) % 2 == 1) return;
    judgement.same(subject.finish(state), zero, head, row, "a row that sees nothing");
    State ended = state, empty = state, full = states.back();
    subject.absorb_without_value(ended, f.sinks[std::size_t(head)]);
    const Output sink_alone{zero.values, {false, exponential(f.sinks[std::size_t(head)])}};
    judgement.same(subject.finish(ended), sink_alone, head, row, "a row that sees nothing, with a sink");
    subject.merge(full, empty);
    judgement.same(sums_of(full, c.width), sums_of(states.back(), c.width), head, row, "merged with a row that sees nothing");
    subject.merge(empty = state, full = states.back());
    judgement.same(sums_of(empty, c.width), sums_of(states.back(), c.width), head, row, "a row that sees nothing, merged");
  });
  return judgement;
}

}  // namespace boresight::field
