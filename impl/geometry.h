// Geometry: every index decision that a kernel's loops take: where a row and a column stand, who sees whom, which tiles
// are visited, which need no test, which part of the keys a column lies in, which head reads which. No loops, no branches, no
// tensors; and a layout's sizes are private, so that no kernel can decide by them itself.
// All are templates over the number type N, with select() in place of branches, so that the very source that runs as
// int32 also runs as terms of a prover. Vector kernels take ranges from here and never decide in lanes. Every claim below is
// proved (properties/proofs), and that no operation overflows its type, for queries <= 2^31 - 128 and
// mem_kv + memories + segment <= 2^31 - 128: one more, and the end of a padded range is no int32.
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

// [begin, end).
template <class N>
struct Range {
  N begin;
  N end;
  constexpr N size() const { return end - begin; }
  constexpr auto contains(N at) const { return begin <= at && at < end; }
};

// ---- Tiles, parts and places of so many items ----

// Claim: the least number of tiles of this size that hold `items`. size >= 1.
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
// Claim: the least multiple of `lanes` that is not below `items`.
template <class N>
constexpr N padded(N items, N lanes) {
  return tile_count(items, lanes) * lanes;
}
// Claim: the range and less than `lanes` more, a multiple of `lanes` in all. lanes <= 128.
template <class N>
constexpr Range<N> padded_range(Range<N> range, N lanes) {
  return {range.begin, range.begin + padded(range.size(), lanes)};
}

// The size of a tile: what was asked for, or the kernel's own choice where that is 0; at most `most`, and no more than there are
// items. Claim: in [1, max(items, 1)], and what was asked for where that is allowed. most >= 1.
template <class N>
constexpr N tile_size(N asked, N otherwise, N most, N items) {
  return max_of(N(1), min_of(select(N(0) < asked, asked, otherwise), min_of(most, items)));
}

// Claim: at least one part, and no more than asked for or than there are tiles.
template <class N>
constexpr N part_count(N tiles, N asked) {
  return max_of(N(1), min_of(asked, tiles));
}
// Claim: parts 0 .. parts - 1 are disjoint, in order, together [0, count), and their lengths differ by one at most. parts >= 1.
template <class N>
constexpr Range<N> part_range(N count, N parts, N part) {
  const N each = count / parts;
  const N longer = count - each * parts;
  const N begin = part * each + min_of(part, longer);
  return {begin, begin + each + select(part < longer, N(1), N(0))};
}

// Items in rows of `width`. Claim: item = row * width + at, at in [0, width).
template <class N>
struct Place {
  N row;
  N at;
};
template <class N>
constexpr Place<N> place_of(N item, N width) {
  const N row = item / width;
  return {row, item - row * width};
}
// Claim: the k-th from the last of `count`.
template <class N>
constexpr N from_the_last(N count, N k) {
  return count - N(1) - k;
}

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

// ---- The layout of one call ----

// What one row sees of a tile, counted from the tile's first column: [0, persistent_end) and [band.begin, band.end).
template <class N>
struct RowView {
  N persistent_end;
  Range<N> band;
};

// A bias by distance is the same along diagonals: all rows of a tile find theirs in one strip, whose entry k is for the distance
// farthest - k.
template <class N>
struct Strip {
  N farthest;
  N length;
};

// The tiles that some rows visit: tiles 0 .. persistent - 1, then the others of the band, from band_first on.
template <class N>
class TileVisits {
 public:
  constexpr TileVisits(N persistent, N band_first, N count) : persistent_(persistent), band_first_(band_first), count_(count) {}
  constexpr N count() const { return count_; }
  constexpr N tile(N visit) const { return select(visit < persistent_, visit, band_first_ + (visit - persistent_)); }
  // The inverse, by which it is shown that no tile is lost. Claim: tile(visit_of(tile)) == tile, for a visited tile.
  constexpr N visit_of(N tile) const { return select(tile < persistent_, tile, persistent_ + (tile - band_first_)); }

 private:
  N persistent_, band_first_, count_;
};

// Columns stand in the order [ mem_kv | memories | segment ]. Rows are 0 .. n-1 and columns 0 .. K-1; positions, distances and
// visibility may be asked for up to 127 more of each: padded lanes.
template <class N>
class Geometry {
 public:
  // `left`: a key may lie up to this far in the past; `right`: in the future; >= 0, widest_side: any; causal is right = 0.
  constexpr Geometry(N queries, N segment, N memories, N mem_kv, N left, N right)
      : queries_(queries), segment_(segment), memories_(memories), mem_kv_(mem_kv), left_(left), right_(right) {}

  constexpr Range<N> rows() const { return {N(0), queries_}; }
  constexpr Range<N> columns() const { return {N(0), mem_kv_ + memories_ + segment_}; }

  // ---- Positions and visibility ----

  // Claim: tq(row) = S - n + row.
  constexpr N query_position(N row) const { return segment_ - queries_ + row; }
  // Claim: tk(column) = column - P - M, for columns past the persistent ones.
  constexpr N key_position(N column) const { return column - mem_kv_ - memories_; }
  // Claim: delta = tq - tk: how far the key lies in the query's past, by row and column order.
  constexpr N signed_distance(N row, N column) const { return query_position(row) - key_position(column); }
  // Claim: |delta| is below it, for every row and every column past the persistent ones.
  constexpr N distance_limit() const { return max_of(memories_ + segment_, queries_); }
  constexpr auto is_persistent(N column) const { return column < mem_kv_; }
  // Claim: the column is visible to the row by causality and window, which never hide persistent columns.
  constexpr auto visible(N row, N column) const { return is_persistent(column) || in_window(signed_distance(row, column)); }

  // ---- Tiles: `rows` and `tile` are ranges that are not empty, inside rows() and columns() ----

  constexpr N row_tiles(N size) const { return tile_count(queries_, size); }
  constexpr Range<N> row_tile(N size, N tile) const { return tile_range(queries_, size, tile); }
  constexpr N column_tiles(N size) const { return tile_count(columns().end, size); }
  constexpr Range<N> column_tile(N size, N tile) const { return tile_range(columns().end, size, tile); }

  // Claim: the tile's first column past the persistent ones, or its end.
  constexpr N first_token(Range<N> tile) const { return max_of(tile.begin, min_of(mem_kv_, tile.end)); }

  // Claim: exactly the columns past the persistent ones that some of the rows sees; none: an empty range.
  // The rows' own ranges overlap or touch, so their union is one range.
  constexpr Range<N> band(Range<N> rows) const {
    const N oldest = max_of(memories_ + query_position(rows.begin), N(0));
    const N newest_end = memories_ + query_position(rows.end) + min_of(right_, queries_ - rows.end);
    return {mem_kv_ + oldest - min_of(left_, oldest), mem_kv_ + max_of(newest_end, N(0))};
  }

  // Claim: some column of the tile is visible to some of the rows.
  constexpr auto tile_needed(Range<N> rows, Range<N> tile) const {
    const Range<N> seen = band(rows);
    return is_persistent(tile.begin) || (tile.begin < seen.end && seen.begin < tile.end);
  }

  // Claim: some of the rows sees column tile.begin + c exactly when c is in one of the two ranges, which lie inside the tile; the
  // second does not begin before the first ends, and where it holds nothing its end may lie before its beginning.
  constexpr RowView<N> view(Range<N> rows, Range<N> tile) const {
    const Range<N> seen = band(rows);
    const auto inside = [&](N column) { return min_of(max_of(column - tile.begin, N(0)), tile.size()); };
    return {inside(mem_kv_), {inside(seen.begin), inside(seen.end)}};
  }
  // Claim: the same of one row.
  constexpr RowView<N> row_view(N row, Range<N> tile) const { return view(Range<N>{row, row + N(1)}, tile); }

  // Claim: exactly the rows that see the column; none: an empty range inside rows().
  constexpr Range<N> rows_that_see(N column) const {
    const N level = key_position(column) - query_position(N(0));  // the row at distance 0, which may not be there
    const N oldest = max_of(level, N(0));
    const N newest_end = max_of(level + N(1) + min_of(left_, queries_ - N(1) - level), N(0));
    const auto persistent = is_persistent(column);
    return {select(persistent, N(0), oldest - min_of(right_, oldest)), select(persistent, queries_, newest_end)};
  }

  // Claim: every column of the tile is visible to all of the rows, so that none needs a test.
  constexpr auto tile_plain(Range<N> rows, Range<N> tile) const {
    const N longest = signed_distance(rows.end - N(1), max_of(tile.begin, mem_kv_));
    const N shortest = signed_distance(rows.begin, tile.end - N(1));
    return tile.end <= mem_kv_ || (in_window(longest) && in_window(shortest));
  }

  // Of a tile without persistent columns. Claim: every distance is >= 0: every column lies at its rows or in their past.
  constexpr auto tile_behind(Range<N> rows, Range<N> tile) const { return N(0) <= signed_distance(rows.begin, tile.end - N(1)); }
  // The other way round. Claim: every distance <= 0.
  constexpr auto tile_ahead(Range<N> rows, Range<N> tile) const { return signed_distance(rows.end - N(1), tile.begin) <= N(0); }

  // Claim: the visits 0 .. count - 1 are exactly the needed tiles, each once, in ascending order.
  constexpr TileVisits<N> tile_visits(Range<N> rows, N size) const {
    const Range<N> seen = band(rows);
    const N persistent = tile_count(mem_kv_, size);
    const N band_first = max_of(persistent, seen.begin / size);
    const N band_end = tile_count(seen.end, size);
    return {persistent, band_first, persistent + (band_end - band_first)};
  }

  // The strip of a tile that has tokens. Claim: entry strip_begin(rows, row) + k is the distance of the row to the k-th token,
  // and lies in [0, length).
  constexpr Strip<N> strip(Range<N> rows, Range<N> tile) const {
    const N first = first_token(tile);
    return {signed_distance(rows.end - N(1), first), rows.size() + (tile.end - first) - N(1)};
  }
  constexpr N strip_begin(Range<N> rows, N row) const { return rows.end - N(1) - row; }

  // ---- Addresses ----

  // Claim: 0 for a persistent column, 1 for a memory, 2 for a segment key.
  constexpr N key_part(N column) const {
    return select(column < mem_kv_, N(0), select(column < mem_kv_ + memories_, N(1), N(2)));
  }
  // Claim: exactly the tile's columns of this part, 0 to 2; the tile is its three runs one after another, and along a run the
  // columns' rows in the tensor of the part follow one another.
  constexpr Range<N> run_of_part(Range<N> tile, N part) const {
    const N segment_begin = mem_kv_ + memories_;
    const auto inside = [&](N column) { return min_of(max_of(column, tile.begin), tile.end); };
    const N begin = select(part == N(0), N(0), select(part == N(1), mem_kv_, segment_begin));
    const N end = select(part == N(0), mem_kv_, select(part == N(1), segment_begin, columns().end));
    return {inside(begin), inside(end)};
  }
  // Claim: the column's row in the tensor of its part: in [0, P), [0, M) or [0, S).
  constexpr N row_in_part(N column) const {
    const N past_memories = column - mem_kv_ - memories_;
    return select(column < mem_kv_, column, select(column < mem_kv_ + memories_, column - mem_kv_, past_memories));
  }
  // Claim: the column's place in arrays over memories and segment: in [0, M + S), for columns past the persistent ones.
  constexpr N token_index(N column) const { return column - mem_kv_; }
  // Claim: the row's place in arrays over memories and segment: M + tq(row), in [0, M + S) where n <= M + S.
  constexpr N query_token_index(N row) const { return memories_ + query_position(row); }
  // Claim: distance + n - 1, in [0, M + S + n - 1) for ordered positions. W has 64 bits: the table may be longer than 2^31.
  template <class W>
  constexpr W distance_index(W distance) const {
    return distance + W(queries_) - W(1);
  }

 private:
  // Claim: delta is within both window sides, causality included.
  constexpr auto in_window(N delta) const { return delta <= left_ && N(0) - right_ <= delta; }

  N queries_;   // n
  N segment_;   // S
  N memories_;  // M
  N mem_kv_;    // P
  N left_, right_;
};

// The geometry of sizes and window sides as a Problem has them. Claim: none is cut. W has 64 bits.
template <class N, class W, class Bool>
constexpr Geometry<N> geometry_of(W queries, W segment, W memories, W mem_kv, W left, W right, Bool causal) {
  return {N(queries), N(segment), N(memories), N(mem_kv), N(window_side(left)), N(right_side(causal, right))};
}
constexpr Geometry<std::int32_t> geometry_of(const Problem& p) {
  return geometry_of<std::int32_t>(p.queries, p.segment, p.memories, p.mem_kv, p.window.left, p.window.right, p.causal);
}

// ---- Heads ----

// Which key/value head a query head reads: heads in groups that lie side by side, or every G-th head.
template <class N, class Bool>
class Heads {
 public:
  constexpr Heads(N heads, N kv_heads, Bool grouped) : kv_heads_(kv_heads), group_(heads / kv_heads), grouped_(grouped) {}
  constexpr N group() const { return group_; }
  // Claim: h / (H/G), or h mod G.
  constexpr N kv_head_of(N head) const { return select(grouped_, head / group_, place_of(head, kv_heads_).at); }
  // Claim: the query heads that read a key/value head are members 0 .. group - 1, each once.
  constexpr N query_head_of(N kv_head, N member) const {
    return select(grouped_, kv_head * group_ + member, kv_head + member * kv_heads_);
  }

 private:
  N kv_heads_, group_;
  Bool grouped_;
};
template <class N = std::int64_t>
constexpr Heads<N, bool> heads_of(const Problem& problem) {
  return {N(problem.heads), N(problem.kv_heads), problem.head_map == HeadMap::grouped};
}

// ---- The tiles that the kernels work by ----

struct TileShape {
  std::int64_t queries, keys;
};
// A kernel's own choice, and the largest that it takes: larger ones bring nothing and take memory.
struct KernelTiles {
  const char* kernel;
  TileShape usual, most;
};
inline constexpr KernelTiles scalar_tiles = {"scalar", {16, 32}, {1024, 1024}};
inline constexpr KernelTiles scalar_long_tiles = {
    "scalar, long rows", {16, 256}, {1024, 1024}};  // fewer tiles, so fewer rescales
inline constexpr KernelTiles flash_tiles = {"simd/flash", {96, 128}, {1024, 4096}};
inline constexpr KernelTiles decode_tiles = {"simd/decode", {16, 128}, {64, 1024}};
inline constexpr KernelTiles cuda_tiled_tiles = {"cuda/tiled", {64, 64}, {64, 64}};
inline constexpr KernelTiles cuda_tensor_core_tiles = {"cuda/tensor_core", {128, 64}, {128, 64}};
// What registers and shared memory hold, of rows filled up to so many elements.
inline constexpr KernelTiles cuda_tensor_core_128_tiles = {"cuda/tensor_core, 128 wide", {128, 32}, {128, 32}};
inline constexpr KernelTiles cuda_tensor_core_256_tiles = {"cuda/tensor_core, 256 wide", {64, 32}, {64, 32}};
inline constexpr KernelTiles cuda_decode_tiles = {"cuda/decode", {16, 128}, {16, 128}};
// What a strip is made for at once.
inline constexpr KernelTiles strip_tiles = {"strips", {65536, 65536}, {65536, 65536}};
inline constexpr KernelTiles kernel_tiles[] = {scalar_tiles,
                                               scalar_long_tiles,
                                               flash_tiles,
                                               decode_tiles,
                                               cuda_tiled_tiles,
                                               cuda_tensor_core_tiles,
                                               cuda_tensor_core_128_tiles,
                                               cuda_tensor_core_256_tiles,
                                               cuda_decode_tiles,
                                               strip_tiles};

}  // namespace boresight::impl
