// How cuda/decode cuts a problem: a function of problem and options alone, so that plan, promise and kernel agree, and so that a
// sequence's bits do not depend on what else is in the batch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impl/cuda/call.h"
#include "impl/tiling.h"

namespace boresight::impl::cuda {

// Of a row.
constexpr std::int32_t pieces_of(std::int32_t width, std::int32_t element_bytes) {
  return tile_count(width * element_bytes, piece_bytes);
}

// What a block of decode keeps of queries, keys and values. In all it has up to 113 KB: two share a multiprocessor of sm_90.
struct DecodeMemory {
  static constexpr std::int32_t bytes = 92 * 1024;

  std::int32_t key_pieces, value_pieces, element_bytes;

  // In floats.
  constexpr std::int32_t query_stride() const { return key_pieces * (piece_bytes / element_bytes); }
  // An odd number of pieces: 8 lanes that read 4 neighbouring pieces of rows c and c + 4 meet all banks.
  constexpr std::int32_t key_stride() const { return (key_pieces | 1) * piece_bytes; }
  constexpr std::int32_t value_stride() const { return value_pieces * piece_bytes; }
  // Keys of a tile that fit in beside so many rows of queries, a multiple of 4.
  constexpr std::int32_t keys_most(std::int32_t rows) const {
    const std::int32_t left = bytes - rows * query_stride() * std::int32_t(sizeof(float));
    return 4 * (left / (4 * (key_stride() + value_stride())));
  }
};
constexpr DecodeMemory decode_memory(std::int32_t head_dim, std::int32_t value_dim, std::int32_t element_bytes) {
  return {pieces_of(head_dim, element_bytes), pieces_of(value_dim, element_bytes), element_bytes};
}

// How a block's threads share the work: a row's scores, a key's products, and of values 4 columns each, of every so manieth key.
inline constexpr std::int32_t decode_threads = 128, decode_slices = 4, decode_value_columns = 4;
constexpr std::int32_t decode_row_threads(std::int32_t rows) { return decode_threads / rows; }
constexpr std::int32_t decode_value_groups(std::int32_t value_dim) {
  return min_of(decode_threads / tile_count(value_dim, decode_value_columns), 16);
}

struct DecodeCut {
  KernelTiles tiles;
  Tiling tiling;
  std::int32_t members;  // query heads of a key/value head whose rows are packed
  std::int32_t rows;     // packed rows that the kernel is made for: 4, 8 or 16
};
DecodeCut decode_cut(const Problem& problem, const Options& options);

}  // namespace boresight::impl::cuda
