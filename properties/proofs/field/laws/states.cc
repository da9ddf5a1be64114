// Laws of states: (m, l) and the sums are one value, whatever the reference, whatever the order they were gathered in.
#include <algorithm>

#include "properties/proofs/field/laws.h"
#include "properties/proofs/field/laws/rows.h"

namespace boresight::field {
namespace {

constexpr std::size_t parts = 3;

using Parts = std::vector<std::vector<State>>;  // [parts][rows]

// The visited tiles in an order of the case's, each absorbed into the part that its turn falls to; some parts stay empty.
Parts gathered(const Subject& subject, const FieldProblem& f, std::int64_t head, Span rows) {
  Parts states(parts, std::vector<State>(std::size_t(rows.end - rows.begin), subject.empty(f)));
  std::vector<Span> tiles = subject.tiles(f, rows);
  shuffle(tiles, f.c);
  for (std::size_t turn = 0; turn < tiles.size(); ++turn)
    subject.attend_tile(f, head, rows, tiles[turn], states[choice(f.c, 1000 + std::int64_t(turn)) % parts]);
  return states;
}

// visit(head, row, the three parts of the row), for every row.
template <class Visit>
void for_each_row_in_parts(const Subject& subject, const FieldProblem& f, Visit visit) {
  for (std::int64_t head = 0; head < f.c.heads; ++head)
    for (std::int64_t first = 0; first < f.c.queries; first += f.c.tile_queries) {
      const Span rows{std::int32_t(first), std::int32_t(std::min(first + f.c.tile_queries, f.c.queries))};
      const Parts states = gathered(subject, f, head, rows);
      for (std::size_t r = 0; r < states[0].size(); ++r)
        visit(head, first + std::int64_t(r), std::vector<State>{states[0][r], states[1][r], states[2][r]});
    }
}

// merge() uses up its part.
State merged(const Subject& subject, State row, State part) {
  subject.merge(row, part);
  return row;
}

}  // namespace

// attend = merge of any parts of the tiles, in any order.
Judgement judge_tiles_in_any_order(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  const std::vector<State> whole = subject.attend(f);
  Judgement judgement;
  for_each_row_in_parts(subject, f, [&](std::int64_t head, std::int64_t row, std::vector<State> pieces) {
    shuffle(pieces, f.c);
    const State state = merged(subject, merged(subject, pieces[0], pieces[1]), pieces[2]);
    judgement.same(sums_of(state, c.width), sums_of(whole[std::size_t(head * c.queries + row)], c.width), head, row,
                   "tiles in another order, in three parts, against the call");
  });
  return judgement;
}

// merge(a, b) = merge(b, a); and b afterwards is b still, in the common scale.
Judgement judge_merging_is_commutative(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  Judgement judgement;
  for_each_row_in_parts(subject, f, [&](std::int64_t head, std::int64_t row, const std::vector<State>& pieces) {
    State state = pieces[0], part = pieces[1];
    subject.merge(state, part);
    const Sums swapped = sums_of(merged(subject, pieces[1], pieces[0]), c.width);
    judgement.same(swapped, sums_of(state, c.width), head, row, "b with a, against a with b");
    judgement.same(sums_of(part, c.width), sums_of(pieces[1], c.width), head, row, "a part after it was merged, against before");
    judgement.holds(!part.any || part.reference == state.reference, head, row, "a merged part is left in another scale");
  });
  return judgement;
}

// merge(merge(a, b), c) = merge(a, merge(b, c)).
Judgement judge_merging_is_associative(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  Judgement judgement;
  for_each_row_in_parts(subject, f, [&](std::int64_t head, std::int64_t row, const std::vector<State>& pieces) {
    const State left = merged(subject, merged(subject, pieces[0], pieces[1]), pieces[2]);
    const State right = merged(subject, pieces[0], merged(subject, pieces[1], pieces[2]));
    judgement.same(sums_of(left, c.width), sums_of(right, c.width), head, row, "(a with b) with c, against a with (b with c)");
  });
  return judgement;
}

// rescale(state, r) = state, for any r; and so is the output.
Judgement judge_rescaling_changes_nothing(const Subject& subject, const FieldCase& c) {
  const FieldProblem f = problem_of(c);
  Judgement judgement;
  for_each_row(f, attended(subject, f), [&](std::int64_t head, std::int64_t row, const State& state) {
    State other = state;
    const Score reference = score_of(std::int64_t(choice(c, row) >> 20));
    subject.rescale(other, reference);
    judgement.same(sums_of(other, c.width), sums_of(state, c.width), head, row, "in another scale");
    judgement.holds(other.reference == reference, head, row, "the reference is not what was asked for");
    judgement.same(subject.finish(other), subject.finish(state), head, row, "finished in another scale");
  });
  return judgement;
}

}  // namespace boresight::field
