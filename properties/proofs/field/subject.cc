// The judged algorithm, run over the field: attend_rows, attend_tile, merge, rescale and finish as kernels run them, on a
// Source that takes each of its indices from geometry.h, as kernels' sources do.
#include "properties/proofs/field/subject.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "impl/geometry.h"
#include "impl/online_softmax.h"

namespace boresight::field {
namespace {

using Rows = impl::Range<std::int32_t>;

impl::Geometry<std::int32_t> geometry_of(const FieldCase& c) {
  Problem problem;
  problem.queries = c.queries;
  problem.segment = c.segment;
  problem.memories = c.memories;
  problem.mem_kv = c.mem_kv;
  problem.window = {c.left, c.right};
  problem.causal = c.causal == 1;
  return impl::geometry_of(problem);
}

std::int64_t bucket_of(std::int64_t distance) {
  const std::uint64_t size = std::uint64_t(std::abs(distance));
  const std::int64_t bucket = size < 4 ? std::int64_t(size) : std::min<std::int64_t>(7, std::int64_t(std::bit_width(size)) + 1);
  return distance < 0 ? 8 + bucket : bucket;
}

// One head of a problem: the Source of attend_rows.
class Head {
 public:
  Head(const FieldProblem& f, std::int64_t head, std::int32_t width)
      : f_(f), g_(geometry_of(f.c)), head_(head), width_(width), tokens_(f.c.memories + f.c.segment) {}

  const impl::Geometry<std::int32_t>& geometry() const { return g_; }

  void load(Rows tile) {
    values_.assign(std::size_t(tile.end - tile.begin) * std::size_t(width_), {});
    for (std::int32_t column = tile.begin; column < tile.end; ++column)
      for (std::int32_t e = 0; e < f_.c.width; ++e)
        values_[std::size_t(column - tile.begin) * std::size_t(width_) + std::size_t(e)] =
            element(part(column).values, key_index(column) * f_.c.width + e);
  }
  bool open(std::int32_t row, std::int32_t column) const {
    if (element(part(column).shown, impl::row_in_part(g_, column)) == 0) return false;
    return f_.attention_mask.empty() || element(f_.attention_mask, at(row) * f_.c.columns() + column) != 0;
  }
  void score(std::int32_t row, Rows tile, const std::int32_t* shown, std::int32_t count, Score* scores) const {
    const std::uint64_t query = f_.queries[std::size_t(at(row))];
    for (std::int32_t k = 0; k < count; ++k) {
      const std::int32_t column = tile.begin + shown[k];
      scores[k] = score_of(product(query, element(part(column).keys, key_index(column))) + bias(row, column) +
                           f_.row_constants[std::size_t(at(row))]);
    }
  }
  const Weight* values() const { return values_.data(); }

 private:
  std::int64_t at(std::int32_t row) const { return head_ * f_.c.queries + row; }
  const Part& part(std::int32_t column) const { return f_.parts[std::size_t(impl::key_part(g_, column))]; }
  std::int64_t key_index(std::int32_t column) const {
    return kv_head_of(f_.c, head_) * part(column).length + impl::row_in_part(g_, column);
  }

  std::int64_t bias(std::int32_t row, std::int32_t column) const {
    if (impl::is_persistent(g_, column)) return 0;
    const std::int64_t distance = impl::signed_distance(g_, row, column), token = impl::token_index(g_, column);
    switch (f_.c.bias) {
      case alibi:
        return -f_.slopes[std::size_t(head_)] * std::abs(distance);
      case buckets:
        return f_.bucket_table[std::size_t(head_ * bucket_count + bucket_of(distance))];
      case distance_table:
        return element(f_.distance_table, head_ * (tokens_ + f_.c.queries - 1) + impl::distance_index(g_, distance));
      case dense:
        return element(f_.dense_bias, at(row) * tokens_ + token);
      case forget:
        return element(f_.forget_gates, head_ * tokens_ + impl::query_token_index(g_, row)) -
               element(f_.forget_gates, head_ * tokens_ + token);
      default:
        return 0;
    }
  }

  const FieldProblem& f_;
  impl::Geometry<std::int32_t> g_;
  std::int64_t head_;
  std::int32_t width_;
  std::int64_t tokens_;
  std::vector<Weight> values_;  // of the loaded tile, [tile][padded width]
};

impl::Tiling tiling_of(const FieldCase& c) {
  return {std::int32_t(c.tile_queries), std::int32_t(c.tile_keys), std::int32_t(c.splits)};
}

State copy_of(const impl::RowState<Field>& row, std::int32_t width) {
  return {row.reference, row.denominator, std::vector<Weight>(row.sums, row.sums + width), row.any};
}

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

// One workspace for all heads and rows, as kernels have.
std::vector<State> attend(const FieldProblem& f) {
  const impl::Tiling tiling = tiling_of(f.c);
  impl::Workspace<Field> work(tiling, impl::padded(f.c.width));
  std::vector<State> states;
  for (std::int64_t number = 0; number < f.c.heads; ++number) {
    Head head(f, number, work.width);
    for (std::int32_t tile = 0; tile < impl::tile_count(std::int32_t(f.c.queries), tiling.queries); ++tile) {
      const Rows rows = impl::tile_range(std::int32_t(f.c.queries), tiling.queries, tile);
      impl::attend_rows(head.geometry(), rows, tiling, head, work);
      for (std::int32_t row = rows.begin; row < rows.end; ++row)
        states.push_back(copy_of(work.rows[std::size_t(row - rows.begin)], work.width));
    }
  }
  return states;
}

std::vector<Span> tiles(const FieldProblem& f, Span rows) {
  const impl::Geometry<std::int32_t> g = geometry_of(f.c);
  const std::int32_t keys = std::int32_t(f.c.tile_keys);
  const auto visits = impl::tile_visits(g, Rows{rows.begin, rows.end}, keys);
  std::vector<Span> found;
  for (std::int32_t visit = 0; visit < visits.count; ++visit) {
    const Rows tile = impl::tile_range(impl::columns(g), keys, impl::visited_tile(visits, visit));
    found.push_back({tile.begin, tile.end});
  }
  return found;
}

void attend_tile(const FieldProblem& f, std::int64_t number, Span rows, Span tile, std::vector<State>& states) {
  impl::Workspace<Field> work({rows.end - rows.begin, tile.end - tile.begin, 1}, impl::padded(f.c.width));
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
  state.sums.assign(std::size_t(impl::padded(f.c.width)), {7});  // as after another row
  clear(state);
  return state;
}

void merge(State& row, State& part) {
  Borrowed one(row), other(part);
  impl::merge(one.row, other.row, one.width());
}

Output finish(State state) {
  Borrowed borrowed(state);
  const LogSum log_sum = impl::finish(borrowed.row, borrowed.width());
  return {state.sums, log_sum};
}

}  // namespace

Subject impl_subject() {
  return {.attend = attend,
          .tiles = tiles,
          .attend_tile = attend_tile,
          .empty = empty,
          .absorb_without_value =
              [](State& state, Score score) {
                Borrowed borrowed(state);
                impl::absorb_without_value(borrowed.row, score, borrowed.width());
              },
          .merge = merge,
          .rescale =
              [](State& state, Score reference) {
                Borrowed borrowed(state);
                impl::rescale(borrowed.row, reference, borrowed.width());
              },
          .finish = finish};
}

}  // namespace boresight::field
