// Online softmax: the flash algorithm. A row keeps a reference score m, the denominator l = sum exp(score - m) and the
// value sums in the same scale; tiles are absorbed in any order, and parts of the keys are merged by (m, l).
// It is a template over an Arithmetic A, so that the source that runs in float also runs over a finite field, where it
// is exact. Scores and weights are types of their own and meet in A::exp_difference alone. Hidden columns are skipped,
// never represented by an infinite score, so no two infinities are ever subtracted.
//
//   struct A {
//     using Score, Weight, LogSum;                       // Weight{} is zero; Weights have + and *, Scores have ==
//     static Weight exp_difference(Score a, Score b);    // exp(a - b)
//     static Score larger(Score a, Score b);             // the reference to go on with: any score is right
//     static Weight quotient(Weight a, Weight b);
//     static LogSum log_sum(Score m, Weight l);          // m + log(l)
//     static LogSum empty_log_sum();                     // minus infinity
//   };
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/geometry.h"

namespace boresight::impl {

// Value rows are padded with zeros to whole groups of lanes.
inline constexpr std::int32_t lanes = 8;
constexpr std::int32_t padded_width(std::int64_t width) { return std::int32_t(padded<std::int64_t>(width, lanes)); }

template <class A>
struct RowState {
  typename A::Score reference{};       // m; means nothing until `any`
  typename A::Weight denominator{};    // l
  typename A::Weight* sums = nullptr;  // [width], in the scale of m
  bool any = false;                    // a column or a sink was absorbed
};

// sums += factor * row, elementwise; or sums *= factor.
template <class Weight>
void add_scaled(Weight* __restrict sums, const Weight* __restrict row, Weight factor, std::int32_t width) {
  for (std::int32_t e = 0; e < width; e += lanes)
    for (std::int32_t lane = 0; lane < lanes; ++lane) sums[e + lane] = sums[e + lane] + factor * row[e + lane];
}
template <class Weight>
void add(Weight* __restrict sums, const Weight* __restrict row, std::int32_t width) {
  for (std::int32_t e = 0; e < width; e += lanes)
    for (std::int32_t lane = 0; lane < lanes; ++lane) sums[e + lane] = sums[e + lane] + row[e + lane];
}
template <class Weight>
void scale(Weight* sums, Weight factor, std::int32_t width) {
  for (std::int32_t e = 0; e < width; e += lanes)
    for (std::int32_t lane = 0; lane < lanes; ++lane) sums[e + lane] = sums[e + lane] * factor;
}

// An empty row.
template <class A>
void clear(RowState<A>& row, std::int32_t width) {
  row.reference = {};
  row.denominator = {};
  row.any = false;
  for (std::int32_t e = 0; e < width; ++e) row.sums[e] = {};
}

// The same row in the scale of another reference.
template <class A>
void rescale(RowState<A>& row, typename A::Score reference, std::int32_t width) {
  if (row.any && !(row.reference == reference)) {
    const typename A::Weight factor = A::exp_difference(row.reference, reference);
    row.denominator = row.denominator * factor;
    scale(row.sums, factor, width);
  }
  row.reference = reference;
}

// Columns of a tile are summed in blocks of this many, then the blocks, then the tiles: short chains of additions.
inline constexpr std::int32_t block_columns = 16;

// What one absorb() needs besides the row: sums of a block and of the tile, [width] each.
template <class A>
struct TileSums {
  typename A::Weight* block;
  typename A::Weight* tile;
};

// Sums up to block_columns columns into `block`, and returns the sum of their weights.
template <class A>
typename A::Weight sum_block(typename A::Score reference, const typename A::Score* scores, const std::int32_t* value_rows,
                             std::int32_t count, const typename A::Weight* values, typename A::Weight* block,
                             std::int32_t width) {
  typename A::Weight denominator{};
  for (std::int32_t e = 0; e < width; ++e) block[e] = {};
  for (std::int32_t k = 0; k < count; ++k) {
    const typename A::Weight weight = A::exp_difference(scores[k], reference);
    denominator = denominator + weight;
    add_scaled(block, values + std::ptrdiff_t(value_rows[k]) * width, weight, width);
  }
  return denominator;
}

// One more column, or several at once: `count` >= 1 scores and, for each, the row of `values` [..][width] that is its own.
template <class A>
void absorb(RowState<A>& row, const typename A::Score* scores, const std::int32_t* value_rows, std::int32_t count,
            const typename A::Weight* values, TileSums<A> sums, std::int32_t width) {
  typename A::Score reference = row.any ? row.reference : scores[0];
  for (std::int32_t k = 0; k < count; ++k) reference = A::larger(reference, scores[k]);
  rescale(row, reference, width);
  typename A::Weight denominator{};
  for (std::int32_t number = 0; number < tile_count(count, block_columns); ++number) {
    const Range<std::int32_t> block = tile_range(count, block_columns, number);
    typename A::Weight* const into = number == 0 ? sums.tile : sums.block;
    const typename A::Weight weights =
        sum_block<A>(reference, scores + block.begin, value_rows + block.begin, block.size(), values, into, width);
    denominator = denominator + weights;
    if (number > 0) add(sums.tile, sums.block, width);
  }
  row.denominator = row.denominator + denominator;
  add(row.sums, sums.tile, width);
  row.any = true;
}

// A score whose value is zero: a sink, or the zero key.
template <class A>
void absorb_without_value(RowState<A>& row, typename A::Score score, std::int32_t width) {
  rescale(row, row.any ? A::larger(row.reference, score) : score, width);
  row.denominator = row.denominator + A::exp_difference(score, row.reference);
  row.any = true;
}

// Two parts of one row's columns become one. `part` is left in the common scale.
template <class A>
void merge(RowState<A>& row, RowState<A>& part, std::int32_t width) {
  if (!part.any) return;
  const typename A::Score reference = row.any ? A::larger(row.reference, part.reference) : part.reference;
  rescale(row, reference, width);
  rescale(part, reference, width);
  row.denominator = row.denominator + part.denominator;
  add(row.sums, part.sums, width);
  row.any = true;
}

// Normalises the sums, which become the output row, and returns the row's lse. An empty row: zeros, minus infinity.
template <class A>
typename A::LogSum finish(RowState<A>& row, std::int32_t width) {
  if (!row.any) return A::empty_log_sum();
  for (std::int32_t e = 0; e < width; ++e) row.sums[e] = A::quotient(row.sums[e], row.denominator);
  return A::log_sum(row.reference, row.denominator);
}

struct Tiling {
  std::int32_t queries = 1;  // rows of a tile
  std::int32_t keys = 1;     // columns of a tile
  std::int32_t splits = 1;   // parts of the visited tiles, merged at the end
};

// What the loops below work on; made once a call.
template <class A>
struct Workspace {
  Workspace(const Tiling& tiling, std::int32_t value_width)
      : width(value_width),
        sums(std::size_t(2 * tiling.queries) * std::size_t(value_width)),
        tile_sums(2 * std::size_t(value_width)),
        rows(std::size_t(tiling.queries)),
        part_rows(std::size_t(tiling.queries)),
        scores(std::size_t(tiling.keys)),
        shown(std::size_t(tiling.keys)) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
      rows[r].sums = sums.data() + r * std::size_t(width);
      part_rows[r].sums = sums.data() + (rows.size() + r) * std::size_t(width);
    }
  }
  Workspace(const Workspace&) = delete;  // rows point into sums
  Workspace& operator=(const Workspace&) = delete;

  std::int32_t width;  // of a value row, a multiple of `lanes`
  std::vector<typename A::Weight> sums, tile_sums;
  std::vector<RowState<A>> rows, part_rows;
  std::vector<typename A::Score> scores;
  std::vector<std::int32_t> shown;  // visible columns of a tile, from its first
};

// The tile's columns that the row sees, counted from the tile's first, in ascending order. Returns how many.
template <class Source>
std::int32_t list_visible(const Geometry<std::int32_t>& g, std::int32_t row, Range<std::int32_t> tile, bool plain,
                          const Source& source, std::int32_t* shown) {
  std::int32_t count = 0;
  for (std::int32_t column = tile.begin; column < tile.end; ++column) {
    shown[count] = column - tile.begin;
    count += (plain || g.visible(row, column)) && source.open(row, column);
  }
  return count;
}

// One tile of columns for all of the rows.
template <class A, class Source>
void attend_tile(const Geometry<std::int32_t>& g, Range<std::int32_t> rows, Range<std::int32_t> tile, Source& source,
                 Workspace<A>& work, RowState<A>* states) {
  assert(g.tile_needed(rows, tile));
  const bool plain = g.tile_plain(rows, tile);
  source.load(tile);
  for (std::int32_t row = rows.begin; row < rows.end; ++row) {
    const std::int32_t count = list_visible(g, row, tile, plain, source, work.shown.data());
    if (count == 0) continue;
    source.score(row, tile, work.shown.data(), count, work.scores.data());
    absorb(states[row - rows.begin], work.scores.data(), work.shown.data(), count, source.values(),
           TileSums<A>{work.tile_sums.data(), work.tile_sums.data() + work.width}, work.width);
  }
}

// Calls body(number, tile) for each tile of columns that the rows visit, or for those of one part of a split. All kernels go
// over their columns so.
template <class Body>
void for_each_visit(const Geometry<std::int32_t>& g, Range<std::int32_t> rows, std::int32_t keys, std::int32_t parts,
                    std::int32_t part, Body body) {
  const TileVisits<std::int32_t> visits = g.tile_visits(rows, keys);
  const Range<std::int32_t> mine = part_range(visits.count(), parts, part);
  for (std::int32_t visit = mine.begin; visit < mine.end; ++visit) {
    const std::int32_t number = visits.tile(visit);
    body(number, g.column_tile(keys, number));
  }
}

// Rows [begin, end) against all columns that they see; their states end up in work.rows. A Source gives the problem's data:
//   load(tile)                             keys and values of these columns are wanted next
//   open(row, column) -> bool              no mask hides the column from the row
//   score(row, tile, shown, count, scores) scores of the listed columns, which count from the tile's first
//   values() -> const Weight*              [tile][width], values of the loaded tile
template <class A, class Source>
void attend_rows(const Geometry<std::int32_t>& g, Range<std::int32_t> rows, const Tiling& tiling, Source& source,
                 Workspace<A>& work) {
  const std::int32_t parts = part_count(g.tile_visits(rows, tiling.keys).count(), tiling.splits);
  for (std::int32_t part = 0; part < parts; ++part) {
    RowState<A>* states = part == 0 ? work.rows.data() : work.part_rows.data();
    for (std::int32_t r = 0; r < rows.size(); ++r) clear(states[r], work.width);
    for_each_visit(g, rows, tiling.keys, parts, part,
                   [&](std::int32_t, Range<std::int32_t> tile) { attend_tile(g, rows, tile, source, work, states); });
    if (part == 0) continue;
    for (std::int32_t r = 0; r < rows.size(); ++r) merge(work.rows[std::size_t(r)], states[r], work.width);
  }
}

}  // namespace boresight::impl
