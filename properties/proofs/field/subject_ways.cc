#include "properties/proofs/field/subject_ways.h"

#include <algorithm>

namespace boresight::field {
namespace {

// What simd/flash keeps of a tile for all rows of a head.
struct PackedTile {
  std::vector<Key> keys;       // [tile]
  std::vector<Weight> values;  // [tile][padded width]
};

// One head, packed: row tiles from the last to the first, columns by what a row views of a tile, distances by strips.
class PackedHead {
 public:
  PackedHead(const FieldProblem& f, std::int64_t number)
      : tiling_(tiling_of(f.c)),
        work_(tiling_, impl::padded_width(f.c.width)),
        head_(f, number, work_.width),
        g_(head_.geometry()),
        visits_(g_.tile_visits(g_.rows(), tiling_.keys)) {
    for (std::int32_t visit = 0; visit < visits_.count(); ++visit) pack(g_.column_tile(tiling_.keys, visits_.tile(visit)));
  }

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
  void pack(Rows tile) {
    head_.load(tile);
    PackedTile packed;
    for (std::int32_t column = tile.begin; column < tile.end; ++column) packed.keys.push_back(head_.key(column));
    packed.values.assign(head_.values(), head_.values() + std::max(0, tile.size()) * work_.width);
    packed.values.resize(std::size_t(tiling_.keys) * std::size_t(work_.width));
    tiles_.push_back(packed);
  }

  void attend(Rows rows, std::int32_t number, Rows tile) {
    const std::size_t slot = std::size_t(std::clamp<std::int64_t>(visits_.visit_of(number), 0, std::int64_t(tiles_.size()) - 1));
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      const std::int32_t count = list(row, tile);
      for (std::int32_t k = 0; k < count; ++k)
        work_.scores[std::size_t(k)] = score(rows, row, tile, tiles_[slot], work_.shown[std::size_t(k)]);
      if (count > 0)
        impl::absorb(work_.rows[std::size_t(row - rows.begin)], work_.scores.data(), work_.shown.data(), count,
                     tiles_[slot].values.data(),
                     impl::TileSums<Field>{work_.tile_sums.data(), work_.tile_sums.data() + work_.width}, work_.width);
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

  Score score(Rows rows, std::int32_t row, Rows tile, const PackedTile& packed, std::int32_t c) const {
    const std::int32_t token = tile.begin + c - g_.first_token(tile);
    const std::int64_t distance = g_.strip(rows, tile).farthest - (g_.strip_begin(rows, row) + token);
    return head_.score_at(row, tile.begin + c, element(packed.keys, c), distance);
  }

  impl::Tiling tiling_;
  impl::Workspace<Field> work_;
  Head head_;
  const impl::Geometry<std::int32_t>& g_;
  impl::TileVisits<std::int32_t> visits_;
  std::vector<PackedTile> tiles_;
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
      Head head(f, heads.query_head_of(kv_head, member), work.width);
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
  std::vector<State> states = nobodys_states(f, impl::padded_width(f.c.width));
  for (std::int64_t head = 0; head < f.c.heads; ++head) PackedHead(f, head).run(states, head * f.c.queries);
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
