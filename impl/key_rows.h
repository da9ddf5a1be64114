// Key rows: where a column's key and value lie. The three parts stay where they are, each with its own strides.
#pragma once

#include <cstdint>

#include "impl/convert.h"
#include "impl/geometry.h"

namespace boresight::impl {

// The key/value head that a query head reads: heads in groups that lie side by side, or every G-th head.
inline std::int64_t kv_head_of(const Problem& problem, std::int64_t head) {
  const std::int64_t group = problem.heads / problem.kv_heads;
  return problem.head_map == HeadMap::grouped ? head / group : head % problem.kv_heads;
}

// Keys, or values, of all columns.
struct KeyRows {
  const Tensor& mem_kv;    // [G][P][width], the same for every sequence
  const Tensor& memories;  // [B][G][M][width]
  const Tensor& segment;   // [B][G][S][width]
  std::int64_t width;

  // Reads one column's row as floats.
  void read(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* row) const {
    const std::int64_t place = row_in_part(g, column);
    switch (key_part(g, column)) {
      case 0:
        return read_row(mem_kv, mem_kv.offset(kv_head, place, 0), width, row);
      case 1:
        return read_row(memories, memories.offset(batch, kv_head, place, 0), width, row);
      default:
        return read_row(segment, segment.offset(batch, kv_head, place, 0), width, row);
    }
  }
};

}  // namespace boresight::impl
