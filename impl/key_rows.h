// Key rows: where a column's key and value lie. The three parts stay where they are, each with its own strides.
#pragma once

#include <cstdint>

#include "impl/convert.h"
#include "impl/geometry.h"

namespace boresight::impl {

// Keys, or values, of all columns.
class KeyRows {
 public:
  // mem_kv [G][P][width], the same for every sequence; memories [B][G][M][width]; segment [B][G][S][width].
  KeyRows(const Tensor& mem_kv, const Tensor& memories, const Tensor& segment, std::int64_t width)
      : mem_kv_(mem_kv), memories_(memories), segment_(segment), width_(width) {}

  // Reads one column's row as floats.
  void read(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* row) const {
    const Place place = find(g, batch, kv_head, column);
    read_row(place.part, place.offset, width_, row);
  }

  // The rows of one part, where all lie as floats side by side: row r at first + r * stride.
  struct Rows {
    const float* first = nullptr;
    std::int64_t stride = 0;
  };
  Rows rows(std::int32_t part, std::int64_t batch, std::int64_t kv_head) const {
    const Tensor& tensor = part == 0 ? mem_kv_ : part == 1 ? memories_ : segment_;
    const std::int64_t offset = part == 0 ? tensor.offset(kv_head, 0, 0) : tensor.offset(batch, kv_head, 0, 0);
    return {static_cast<const float*>(tensor.data) + offset, tensor.stride[std::size_t(tensor.rank - 2)]};
  }
  // Whether they do, in every part.
  bool all_in_place() const { return are_floats(mem_kv_) && are_floats(memories_) && are_floats(segment_); }

  // Where one column's row lies as floats side by side; null where it does not.
  const float* in_place(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    const Place place = find(g, batch, kv_head, column);
    return are_floats(place.part) ? static_cast<const float*>(place.part.data) + place.offset : nullptr;
  }

 private:
  // An absent part has no rows that could lie elsewhere.
  bool are_floats(const Tensor& part) const {
    return !part || (part.type == Type::f32 && (width_ == 1 || part.stride[std::size_t(part.rank - 1)] == 1));
  }

  struct Place {
    const Tensor& part;
    std::int64_t offset;
  };
  Place find(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    const std::int64_t row = g.row_in_part(column);
    switch (g.key_part(column)) {
      case 0:
        return {mem_kv_, mem_kv_.offset(kv_head, row, 0)};
      case 1:
        return {memories_, memories_.offset(batch, kv_head, row, 0)};
      default:
        return {segment_, segment_.offset(batch, kv_head, row, 0)};
    }
  }

  const Tensor &mem_kv_, &memories_, &segment_;
  std::int64_t width_;
};

}  // namespace boresight::impl
