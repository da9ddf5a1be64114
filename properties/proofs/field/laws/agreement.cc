// Laws of agreement: with the plain sum, and of a call with a call of fewer rows.
#include <algorithm>

#include "properties/proofs/field/laws.h"
#include "properties/proofs/field/laws/rows.h"

namespace boresight::field {
namespace {

// Row by row: [heads][rows], `width` numbers each, the last `kept` rows of each head.
template <class T>
std::vector<T> last_rows(const std::vector<T>& all, std::int64_t heads, std::int64_t rows, std::int64_t kept,
                         std::int64_t width) {
  std::vector<T> result;
  for (std::int64_t head = 0; head < heads && !all.empty(); ++head)
    result.insert(result.end(), all.begin() + ((head + 1) * rows - kept) * width, all.begin() + (head + 1) * rows * width);
  return result;
}

// The call of the last `kept` rows. The last query still stands on the last key, and distances begin at 1 - kept.
FieldProblem last_rows_of(const FieldProblem& all, std::int64_t kept) {
  const FieldCase& c = all.c;
  FieldProblem f = all;
  f.c.queries = kept;
  const auto last = [&](const auto& data, std::int64_t width) { return last_rows(data, c.heads, c.queries, kept, width); };
  f.queries = last(all.queries, 1);
  f.row_constants = last(all.row_constants, 1);
  f.attention_mask = last(all.attention_mask, c.columns());
  f.dense_bias = last(all.dense_bias, c.memories + c.segment);
  const std::int64_t table = c.memories + c.segment + c.queries - 1;
  f.distance_table = last_rows(all.distance_table, c.heads, table, table - (c.queries - kept), 1);
  return f;
}

}  // namespace

// state(tiles, splits) = plain sum; output * weights = sums; exp(lse) = weights.
Judgement judge_equals_the_plain_sum(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  Judgement judgement;
  for_each_row(f, attended(subject, f), [&](std::int64_t head, std::int64_t row, const State& state) {
    const Sums right = plain_sum(f, head, row);
    judgement.same(sums_of(state, c.width), right, head, row, "against the plain sum");
    judgement.same(subject.finish(state), quotient_of(right), head, row, "against the plain sum, divided");
  });
  return judgement;
}

// listed once for all rows, by groups of rows = in fixed parts, merged at the end = row by row.
Judgement judge_ways_of_running_agree(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  const std::vector<State> listed = subject.attend_listed(f), in_parts = subject.attend_in_parts(f);
  Judgement judgement;
  for_each_row(f, subject.attend(f), [&](std::int64_t head, std::int64_t row, const State& state) {
    const std::size_t at = std::size_t(head * c.queries + row);
    judgement.same(sums_of(listed[at], c.width), sums_of(state, c.width), head, row, "listed, as simd/flash, against as scalar");
    judgement.same(sums_of(in_parts[at], c.width), sums_of(state, c.width), head, row,
                   "in parts, as simd/decode, against as scalar");
  });
  return judgement;
}

// rows(n)[n - k ..] = rows(k): 0 < k < n.
Judgement judge_chunks_are_one_call(const Subject& subject, const FieldCase& c) {
  Judgement judgement;
  if (c.queries < 2) return judgement;
  const FieldProblem f = problem_of(c);
  const std::int64_t kept = 1 + c.seed % (c.queries - 1);
  const std::vector<State> all = attended(subject, f);
  for_each_row(last_rows_of(f, kept), attended(subject, last_rows_of(f, kept)),
               [&](std::int64_t head, std::int64_t row, const State& state) {
                 const std::int64_t among_all = c.queries - kept + row;
                 judgement.same(sums_of(state, c.width), sums_of(all[std::size_t(head * c.queries + among_all)], c.width), head,
                                among_all, "the last rows by themselves against all rows");
               });
  return judgement;
}

}  // namespace boresight::field
