// The judged algorithm, run over the field: attend_rows, attend_tile, merge, rescale and finish as kernels run them.
#include "properties/proofs/field/subject.h"

#include "properties/proofs/field/subject_head.h"
#include "properties/proofs/field/subject_ways.h"

namespace boresight::field {
namespace {

// A state as the algorithm holds it, for one operation, and back.
class Borrowed {
 public:
  explicit Borrowed(State& state) : state_(state), row{state.reference, state.denominator, state.sums.data(), state.any} {}
  ~Borrowed() {
    state_.reference = row.reference;
    state_.denominator = row.denominator;
    state_.any = row.any;
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  std::int32_t width() const { return std::int32_t(state_.sums.size()); }

 private:
  State& state_;

 public:
  impl::RowState<Field> row;
};

std::vector<Span> tiles(const FieldProblem& f, Span rows) {
  std::vector<Span> found;
  impl::for_each_visit(impl::geometry_of(layout_of(f.c)), Rows{rows.begin, rows.end}, std::int32_t(f.c.tile_keys), 1, 0,
                       [&](std::int32_t, Rows tile) { found.push_back({tile.begin, tile.end}); });
  return found;
}

void attend_tile(const FieldProblem& f, std::int64_t number, Span rows, Span tile, std::vector<State>& states) {
  impl::Workspace<Field> work({rows.end - rows.begin, tile.end - tile.begin, 1}, impl::padded_width(f.c.width));
  Head head(f, number, work.width);
  std::vector<impl::RowState<Field>> held;
  for (State& state : states) held.push_back({state.reference, state.denominator, state.sums.data(), state.any});
  impl::attend_tile(head.geometry(), Rows{rows.begin, rows.end}, Rows{tile.begin, tile.end}, head, work, held.data());
  for (std::size_t r = 0; r < states.size(); ++r) states[r] = copy_of(held[r], work.width);
}

void clear(State& state) {
  Borrowed borrowed(state);
  impl::clear(borrowed.row, borrowed.width());
}

State empty(const FieldProblem& f) {
  State state;
  state.sums.assign(std::size_t(impl::padded_width(f.c.width)), {7});  // as after another row
  clear(state);
  return state;
}

void absorb_without_value(State& state, Score score) {
  Borrowed borrowed(state);
  impl::absorb_without_value(borrowed.row, score, borrowed.width());
}

void merge(State& row, State& part) {
  Borrowed one(row), other(part);
  impl::merge(one.row, other.row, one.width());
}

void rescale(State& state, Score reference) {
  Borrowed borrowed(state);
  impl::rescale(borrowed.row, reference, borrowed.width());
}

Output finish(State state) {
  Borrowed borrowed(state);
  const LogSum log_sum = impl::finish(borrowed.row, borrowed.width());
  return {state.sums, log_sum};
}

}  // namespace

Subject impl_subject() {
  return {attend_row_by_row,    attend_listed, attend_in_parts, tiles, attend_tile, empty,
          absorb_without_value, merge,         rescale,         finish};
}

}  // namespace boresight::field
