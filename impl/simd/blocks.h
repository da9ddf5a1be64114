// How long the kernels' chains of additions are: partial sums of so many terms go to another sum. Short chains err less; the
// kernels' promises (problem/arithmetic.h) are computed from the same numbers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "impl/float_arithmetic.h"
#include "impl/geometry.h"

namespace boresight::impl::simd {

inline constexpr std::int32_t dot_block = 128;    // entries of q.k, one after another in a lane
inline constexpr std::int32_t value_block = 128;  // columns of a weighted sum of values
inline constexpr std::int32_t key_block = 32;     // keys that all rows of few queries pass by
inline constexpr std::int32_t row_block = 64;     // columns of a weighted sum of values for few queries
inline constexpr std::int32_t lane_block = 16;    // vectors, where a vector's lanes are summed at the end

// Additions on the longest path through `items` terms in blocks.
constexpr std::int64_t chain(std::int64_t items, std::int64_t block) {
  return links(std::min(items, block)) + links(tile_count(items, block));
}
// The same by vectors of any length up to 16 lanes: longest with one lane, and then four additions of lanes.
constexpr std::int64_t lane_chain(std::int64_t items) { return chain(items, lane_block) + 4; }

// Through so many tiles of so many columns, of an element of the output and of the denominator: value blocks go to the running
// sum one by one, weights go there tile by tile.
constexpr std::int64_t tiles_chain(std::int64_t columns, std::int64_t tiles, std::int64_t block = value_block) {
  const std::int64_t value = links(std::min(columns, block)) + links(tile_count(columns, block) * tiles);
  return std::max(value, lane_chain(columns) + links(tiles));
}

}  // namespace boresight::impl::simd
