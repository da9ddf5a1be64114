// Geometry: every index decision that a kernel's loops take: where a row and a column stand, who sees whom, which tiles
// are visited, which need no test, which part of the keys a column lies in. No loops, no branches, no tensors.
// All are templates over the number type N, with select() in place of branches, so that the very source that runs as
// int32 can also run as terms of a prover. Vector kernels take ranges from here and never decide in lanes. Every claim below
// holds, and no int32 operation overflows, for queries <= 2^31 - 128 and mem_kv + memories + segment <= 2^31 - 128.
#pragma once

#include <concepts>
#include <cstdint>

#include "problem/problem.h"

namespace boresight::impl {

// Both arms are evaluated. Other number types bring their own select(), found by argument-dependent lookup.
template <std::integral N>
constexpr N select(bool condition, N yes, N no) {
  return condition ? yes : no;
}
template <class N>
constexpr N min_of(N a, N b) {
  return select(a < b, a, b);
}
template <class N>
constexpr N max_of(N a, N b) {
  return select(a < b, b, a);
}

// The sizes of one call. Columns stand in the order [ mem_kv | memories | segment ].
template <class N>
struct Geometry {
  N queries;   // n
  N segment;   // S
  N memories;  // M
  N mem_kv;    // P
  N left;      // a key may lie up to this far in the past; >= 0, widest_side: any
  N right;     // a key may lie up to this far in the future; >= 0, widest_side: any; causal is 0
};

// [begin, end).
template <class N>
struct Range {
  N begin;
  N end;
};

// ---- Window sides ----

// Beyond every distance there is, and never added to anything.
inline constexpr std::int64_t widest_side = (std::int64_t{1} << 31) - 1;

// Claim: for |delta| < 2^31, delta <= window_side(side) exactly when side is -1 or delta <= side. W has 64 bits.
template <class W>
constexpr W window_side(W side) {
  return select(side < W(0) || W(widest_side) < side, W(widest_side), side);
}
// Claim: -delta <= right_side(causal, side) exactly when (not causal or delta >= 0) and (side is -1 or -delta <= side).
template <class Bool, class W>
constexpr W right_side(Bool causal, W side) {
  return select(causal, W(0), window_side(side));
}

// ---- Positions and visibility: rows 0 .. n-1, columns 0 .. K-1, and up to 127 more of each for padded lanes ----

// K.
template <class N>
constexpr N columns(const Geometry<N>& g) {
  return g.mem_kv + g.memories + g.segment;
}
// Claim: tq(row) = S - n + row.
template <class N>
constexpr N query_position(const Geometry<N>& g, N row) {
  return g.segment - g.queries + row;
}
// Claim: tk(column) = column - P - M, for columns past the persistent ones.
template <class N>
constexpr N key_position(const Geometry<N>& g, N column) {
  return column - g.mem_kv - g.memories;
}
// Claim: delta = tq - tk: how far the key lies in the query's past, by row and column order.
template <class N>
constexpr N signed_distance(const Geometry<N>& g, N row, N column) {
  return query_position(g, row) - key_position(g, column);
}
template <class N>
constexpr auto is_persistent(const Geometry<N>& g, N column) {
  return column < g.mem_kv;
}
// Claim: delta is within both window sides, causality included.
template <class N>
constexpr auto in_window(const Geometry<N>& g, N delta) {
  return delta <= g.left && N(0) - g.right <= delta;
}
// Claim: the column is visible to the row by causality and window, which never hide persistent columns.
template <class N>
constexpr auto visible(const Geometry<N>& g, N row, N column) {
  return is_persistent(g, column) || in_window(g, signed_distance(g, row, column));
}

// ---- Tiles: `rows` and `tile` are ranges that are not empty, inside [0, n) and [0, K) ----

// Claim: the least number of tiles of this size that hold `items`.
template <class N>
constexpr N tile_count(N items, N size) {
  return select(N(0) < items, (max_of(items, N(1)) - N(1)) / size + N(1), N(0));
}
// Claim: tiles 0 .. tile_count - 1 are disjoint, none is empty, and together they are [0, items).
template <class N>
constexpr Range<N> tile_range(N items, N size, N tile) {
  const N begin = tile * size;
  return {begin, begin + min_of(size, items - begin)};
}

// Claim: exactly the columns past the persistent ones that some of the rows sees; none: the empty range at mem_kv.
// The rows' own ranges overlap or touch, so their union is one range.
template <class N>
constexpr Range<N> band(const Geometry<N>& g, Range<N> rows) {
  const N oldest = max_of(g.memories + query_position(g, rows.begin), N(0));
  const N newest_end = g.memories + query_position(g, rows.end) + min_of(g.right, g.queries - rows.end);
  return {g.mem_kv + oldest - min_of(g.left, oldest), g.mem_kv + max_of(newest_end, N(0))};
}

// Claim: some column of the tile is visible to some of the rows.
template <class N>
constexpr auto tile_needed(const Geometry<N>& g, Range<N> rows, Range<N> tile) {
  const Range<N> seen = band(g, rows);
  return is_persistent(g, tile.begin) || (tile.begin < seen.end && seen.begin < tile.end);
}

// What one row sees of a tile, counted from the tile's first column: [0, persistent_end) and [band.begin, band.end).
template <class N>
struct RowView {
  N persistent_end;
  Range<N> band;
};

// Claim: the row sees column tile.begin + c exactly when c is in one of the two ranges, which lie in order inside the tile.
template <class N>
constexpr RowView<N> row_view(const Geometry<N>& g, N row, Range<N> tile) {
  const Range<N> seen = band(g, Range<N>{row, row + N(1)});
  const N width = tile.end - tile.begin;
  const auto inside = [&](N column) { return min_of(max_of(column - tile.begin, N(0)), width); };
  return {inside(g.mem_kv), {inside(seen.begin), inside(seen.end)}};
}

// Claim: every column of the tile is visible to all of the rows, so that none needs a test.
template <class N>
constexpr auto tile_plain(const Geometry<N>& g, Range<N> rows, Range<N> tile) {
  const N longest = signed_distance(g, rows.end - N(1), max_of(tile.begin, g.mem_kv));
  const N shortest = signed_distance(g, rows.begin, tile.end - N(1));
  return tile.end <= g.mem_kv || (in_window(g, longest) && in_window(g, shortest));
}

// The tiles that rows visit: tiles 0 .. persistent - 1, then the others of the band, from band_first on.
template <class N>
struct TileVisits {
  N persistent;
  N band_first;
  N count;
};

// Claim: the visits 0 .. count - 1 are exactly the needed tiles, each once, in ascending order.
template <class N>
constexpr TileVisits<N> tile_visits(const Geometry<N>& g, Range<N> rows, N size) {
  const Range<N> seen = band(g, rows);
  const N persistent = tile_count(g.mem_kv, size);
  const N band_first = max_of(persistent, seen.begin / size);
  const N band_end = tile_count(seen.end, size);
  return {persistent, band_first, persistent + max_of(band_end - band_first, N(0))};
}
template <class N>
constexpr N visited_tile(const TileVisits<N>& visits, N visit) {
  return select(visit < visits.persistent, visit, visits.band_first + (visit - visits.persistent));
}

// Claim: visited_tile(visits, visit_number(visits, tile)) == tile, for a visited tile.
template <class N>
constexpr N visit_number(const TileVisits<N>& visits, N tile) {
  return select(tile < visits.persistent, tile, visits.persistent + (tile - visits.band_first));
}

// Visits of one part of a split. Claim: parts 0 .. parts - 1 are disjoint, in order, together [0, count), and their
// lengths differ by one at most. parts >= 1.
template <class N>
constexpr Range<N> part_range(N count, N parts, N part) {
  const N each = count / parts;
  const N longer = count - each * parts;
  const N begin = part * each + min_of(part, longer);
  return {begin, begin + each + select(part < longer, N(1), N(0))};
}

// ---- Addresses ----

// Claim: 0 for a persistent column, 1 for a memory, 2 for a segment key.
template <class N>
constexpr N key_part(const Geometry<N>& g, N column) {
  return select(column < g.mem_kv, N(0), select(column < g.mem_kv + g.memories, N(1), N(2)));
}
// Claim: the column's row in the tensor of its part: in [0, P), [0, M) or [0, S).
template <class N>
constexpr N row_in_part(const Geometry<N>& g, N column) {
  const N past_memories = column - g.mem_kv - g.memories;
  return select(column < g.mem_kv, column, select(column < g.mem_kv + g.memories, column - g.mem_kv, past_memories));
}
// Claim: the column's place in arrays over memories and segment: in [0, M + S), for columns past the persistent ones.
template <class N>
constexpr N token_index(const Geometry<N>& g, N column) {
  return column - g.mem_kv;
}
// Claim: the row's place in arrays over memories and segment: M + tq(row), in [0, M + S) where n <= M + S.
template <class N>
constexpr N query_token_index(const Geometry<N>& g, N row) {
  return g.memories + query_position(g, row);
}
// Claim: distance + n - 1, in [0, M + S + n - 1) for ordered positions. W has 64 bits: the table may be longer than 2^31.
template <class W, class N>
constexpr W distance_index(const Geometry<N>& g, W distance) {
  return distance + W(g.queries) - W(1);
}

// The geometry of a valid problem.
constexpr Geometry<std::int32_t> geometry_of(const Problem& problem) {
  return {std::int32_t(problem.queries),
          std::int32_t(problem.segment),
          std::int32_t(problem.memories),
          std::int32_t(problem.mem_kv),
          std::int32_t(window_side(problem.window.left)),
          std::int32_t(right_side(problem.causal, problem.window.right))};
}

}  // namespace boresight::impl
