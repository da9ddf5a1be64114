#include "properties/proofs/field/subject_ways.h"

#include <algorithm>

namespace boresight::field {
namespace {

constexpr std::int32_t panel_columns = impl::lanes;
constexpr std::int32_t key_width = 2;  // a key is two numbers

// What simd/flash keeps of a key/value head for all rows of all heads that read it, a slot for each tile that some row visits:
// keys side by side in panels, value rows one behind another. A wrong place is a wrong number, no crash.
class Packed {
 public:
  Packed(const FieldProblem& f, std::int64_t kv_head, const impl::Tiling& tiling, std::int32_t width)
      : tiling_(tiling),
        width_(width),
        head_(f, impl::heads_of(layout_of(f.c)).query_head_of(kv_head, 0), kv_head, width),
        visits_(head_.geometry().tile_visits(head_.geometry().rows(), tiling.keys)),
        slots_(std::clamp<std::int64_t>(visits_.count(), 1, f.c.columns() + 1)),
        columns_(impl::padded(tiling.keys, panel_columns)),
        keys_(std::size_t(slots_ * columns_ * key_width)),
        values_(std::size_t(slots_ * columns_ * width)) {
    for (std::int32_t visit = 0; visit < std::min<std::int64_t>(visits_.count(), slots_); ++visit) pack(visit);
  }

  // Of a tile by its number among all: the key of its c-th column, and its value rows [column][width].
  Key key(std::int32_t tile, std::int32_t c) const {
    const auto [panel, lane] = impl::place_of(c, panel_columns);
    const std::int64_t first = impl::packed_row<std::int64_t>(slot(tile), columns_, 0, key_width);
    const std::int64_t at = first + std::int64_t(panel) * key_width * panel_columns + lane;
    return {element(keys_, at), element(keys_, at + panel_columns) != 0};
  }
  const Weight* values(std::int32_t tile) const {
    const std::int64_t last = (slots_ - 1) * columns_ * width_;
    return values_.data() + std::clamp<std::int64_t>(value_at(slot(tile), 0), 0, last);
  }

 private:
  std::int32_t slot(std::int32_t tile) const { return visits_.visit_of(tile); }
  std::int64_t value_at(std::int32_t visit, std::int32_t c) const {
    return impl::packed_row<std::int64_t>(visit, columns_, c, width_);
  }
  template <class T>
  static void put(std::vector<T>& data, std::int64_t index, T element) {
    if (index >= 0 && index < std::int64_t(data.size())) data[std::size_t(index)] = element;
  }

  void pack(std::int32_t visit) {
    const Rows tile = head_.geometry().column_tile(tiling_.keys, visits_.tile(visit));
    head_.load(tile);
    for (std::int32_t column = tile.begin; column < tile.end; ++column) {
      const std::int32_t c = column - tile.begin;
      const Key key = head_.key(column);
      const std::int64_t at = impl::packed_in_panel<std::int64_t>(visit, columns_, c, key_width, panel_columns);
      put(keys_, at, key.bits);
      put(keys_, at + panel_columns, std::uint64_t{key.same_for_all});
      for (std::int32_t e = 0; e < width_; ++e)
        put(values_, value_at(visit, c) + e, head_.values()[std::ptrdiff_t(c) * width_ + e]);
    }
  }

  impl::Tiling tiling_;
  std::int32_t width_;
  Head head_;
  impl::TileVisits<std::int32_t> visits_;  // of all rows together
  std::int64_t slots_;
  std::int32_t columns_;  // of a slot, whole panels
  std::vector<std::uint64_t> keys_;
  std::vector<Weight> values_;
};

// One query head over what is packed: row tiles from the last to the first, columns by what a row views of a tile, distances by
// strips.
class PackedHead {
 public:
  PackedHead(const FieldProblem& f, std::int64_t head, std::int64_t kv_head, const Packed& packed)
      : tiling_(tiling_of(f.c)),
        work_(tiling_, impl::padded_width(f.c.width)),
        head_(f, head, kv_head, work_.width),
        g_(head_.geometry()),
        packed_(packed) {}

  void run(std::vector<State>& states, std::int64_t first) {
    const std::int32_t tiles = g_.row_tiles(tiling_.queries);
    for (std::int32_t k = 0; k < tiles; ++k) {
      const Rows rows = g_.row_tile(tiling_.queries, impl::from_the_last(tiles, k));
      for (std::int32_t r = 0; r < rows.size(); ++r) impl::clear(work_.rows[std::size_t(r)], work_.width);
      impl::for_each_visit(g_, rows, tiling_.keys, 1, 0, [&](std::int32_t number, Rows tile) { attend(rows, number, tile); });
      for (std::int32_t row = rows.begin; row < rows.end; ++row)
        states[std::size_t(first + row)] = copy_of(work_.rows[std::size_t(row - rows.begin)], work_.width);
    }
  }

 private:
  void attend(Rows rows, std::int32_t number, Rows tile) {
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      const std::int32_t count = list(row, tile);
      for (std::int32_t k = 0; k < count; ++k)
        work_.scores[std::size_t(k)] = score(rows, row, tile, number, work_.shown[std::size_t(k)]);
      if (count > 0)
        impl::absorb(work_.rows[std::size_t(row - rows.begin)], work_.scores.data(), work_.shown.data(), count,
                     packed_.values(number), impl::TileSums<Field>{work_.tile_sums.data(), work_.tile_sums.data() + work_.width},
                     work_.width);
    }
  }

  // The columns that the row views and no mask hides, counted from the tile's first.
  std::int32_t list(std::int32_t row, Rows tile) {
    const impl::RowView<std::int32_t> view = g_.row_view(row, tile);
    std::int32_t count = 0;
    for (std::int32_t c = 0; c < tile.size(); ++c) {
      const bool viewed = c < view.persistent_end || view.band.contains(c);
      if (viewed && head_.open(row, tile.begin + c)) work_.shown[std::size_t(count++)] = c;
    }
    return count;
  }

  Score score(Rows rows, std::int32_t row, Rows tile, std::int32_t number, std::int32_t c) const {
    const std::int32_t token = tile.begin + c - g_.first_token(tile);
    const std::int64_t distance = g_.strip(rows, tile).farthest - (g_.strip_begin(rows, row) + token);
    return head_.score_at(row, tile.begin + c, packed_.key(number, c), distance);
  }

  impl::Tiling tiling_;
  impl::Workspace<Field> work_;
  Head head_;
  const impl::Geometry<std::int32_t>& g_;
  const Packed& packed_;
};

// The states of one part: [members][rows], as simd/decode keeps them for the query heads that read one key/value head.
class PartStates {
 public:
  PartStates(std::int32_t members, std::int32_t rows, std::int32_t width)
      : sums_(std::size_t(members) * std::size_t(rows) * std::size_t(width)), states(std::size_t(members) * std::size_t(rows)) {
    for (std::size_t r = 0; r < states.size(); ++r) states[r].sums = sums_.data() + r * std::size_t(width);
    for (impl::RowState<Field>& state : states) impl::clear(state, width);
  }

 private:
  std::vector<Weight> sums_;

 public:
  std::vector<impl::RowState<Field>> states;
};

// Each part of the rows' visits by itself, for every member of the group; some are empty.
std::vector<PartStates> gathered_parts(const FieldProblem& f, std::int32_t kv_head, Rows rows) {
  const impl::Tiling tiling = tiling_of(f.c);
  const auto heads = impl::heads_of(layout_of(f.c));
  impl::Workspace<Field> work(tiling, impl::padded_width(f.c.width));
  std::vector<PartStates> parts;
  for (std::int32_t part = 0; part < tiling.splits; ++part) {
    parts.emplace_back(std::int32_t(heads.group()), rows.size(), work.width);
    for (std::int32_t member = 0; member < heads.group(); ++member) {
      Head head(f, heads.query_head_of(kv_head, member), kv_head, work.width);
      impl::RowState<Field>* const own = parts.back().states.data() + member * rows.size();
      impl::for_each_visit(head.geometry(), rows, tiling.keys, tiling.splits, part,
                           [&](std::int32_t, Rows tile) { impl::attend_tile(head.geometry(), rows, tile, head, work, own); });
    }
  }
  return parts;
}

void merge_parts(const FieldProblem& f, std::int32_t kv_head, Rows rows, std::vector<PartStates>& parts,
                 std::vector<State>& states) {
  const auto heads = impl::heads_of(layout_of(f.c));
  const std::int32_t width = impl::padded_width(f.c.width);
  for (std::int32_t r = 0; r < std::int32_t(parts[0].states.size()); ++r) {
    impl::RowState<Field>& whole = parts[0].states[std::size_t(r)];
    for (std::size_t part = 1; part < parts.size(); ++part) impl::merge(whole, parts[part].states[std::size_t(r)], width);
    const auto [member, row] = impl::place_of(r, rows.size());
    const std::int64_t head = heads.query_head_of(kv_head, member);
    states[std::size_t(head * f.c.queries + rows.begin + row)] = copy_of(whole, width);
  }
}

}  // namespace

std::vector<State> attend_row_by_row(const FieldProblem& f) {
  const impl::Tiling tiling = tiling_of(f.c);
  impl::Workspace<Field> work(tiling, impl::padded_width(f.c.width));
  std::vector<State> states = nobodys_states(f, work.width);
  for (std::int64_t number = 0; number < f.c.heads; ++number) {
    Head head(f, number, work.width);
    for (std::int32_t tile = 0; tile < head.geometry().row_tiles(tiling.queries); ++tile) {
      const Rows rows = head.geometry().row_tile(tiling.queries, tile);
      impl::attend_rows(head.geometry(), rows, tiling, head, work);
      for (std::int32_t row = rows.begin; row < rows.end; ++row)
        states[std::size_t(number * f.c.queries + row)] = copy_of(work.rows[std::size_t(row - rows.begin)], work.width);
    }
  }
  return states;
}

std::vector<State> attend_packed(const FieldProblem& f) {
  const std::int32_t width = impl::padded_width(f.c.width);
  const auto heads = impl::heads_of(layout_of(f.c));
  std::vector<State> states = nobodys_states(f, width);
  for (std::int64_t kv_head = 0; kv_head < f.c.kv_heads; ++kv_head) {
    const Packed packed(f, kv_head, tiling_of(f.c), width);
    for (std::int64_t member = 0; member < heads.group(); ++member) {
      const std::int64_t head = heads.query_head_of(kv_head, member);
      PackedHead(f, head, kv_head, packed).run(states, head * f.c.queries);
    }
  }
  return states;
}

std::vector<State> attend_in_parts(const FieldProblem& f) {
  const impl::Geometry<std::int32_t> g = impl::geometry_of(layout_of(f.c));
  const std::int32_t tile_queries = tiling_of(f.c).queries;
  std::vector<State> states = nobodys_states(f, impl::padded_width(f.c.width));
  for (std::int32_t kv_head = 0; kv_head < f.c.kv_heads; ++kv_head)
    for (std::int32_t tile = 0; tile < g.row_tiles(tile_queries); ++tile) {
      const Rows rows = g.row_tile(tile_queries, tile);
      std::vector<PartStates> parts = gathered_parts(f, kv_head, rows);
      merge_parts(f, kv_head, rows, parts, states);
    }
  return states;
}

}  // namespace boresight::field
