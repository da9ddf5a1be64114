// Key rows: where a column's key and value lie. The three parts stay where they are, each with its own strides.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impl/convert.h"
#include "impl/geometry.h"

namespace boresight::impl {

// Rows of one type, the first and how many bytes farther on each next one begins.
struct RowsInPlace {
  const std::byte* first = nullptr;
  std::int64_t step = 0;
  explicit operator bool() const { return first != nullptr; }
};

// A row of 16-bit elements, so many elements apart.
struct Halves {
  const std::uint16_t* first;
  std::int64_t step;
  std::uint16_t at(std::int64_t d) const { return first[d * step]; }
};
inline Halves halves_of(const Tensor& tensor, std::int64_t offset) {
  return {static_cast<const std::uint16_t*>(tensor.data) + offset, tensor.stride[std::size_t(tensor.rank - 1)]};
}

// Keys, or values, of all columns.
class KeyRows {
 public:
  // mem_kv [G][P][width], the same for every sequence; memories [B][G][M][width]; segment [B][G][S][width].
  KeyRows(const Tensor& mem_kv, const Tensor& memories, const Tensor& segment, std::int64_t width)
      : mem_kv_(mem_kv), memories_(memories), segment_(segment), width_(width) {}

  // Reads one column's row as floats. `reads` does as read_row() does.
  template <class Read>
  void read(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* row,
            const Read& reads) const {
    const Place place = find(g, batch, kv_head, column);
    reads(place.part, place.offset, width_, row);
  }
  void read(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* row) const {
    read(g, batch, kv_head, column, row, read_row);
  }

  // Where the rows of consecutive columns of one part lie, from this column on; null unless each row's elements lie side by side.
  RowsInPlace in_place(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    const Place place = find(g, batch, kv_head, column);
    const Tensor& part = place.part;
    if (width_ != 1 && part.stride[std::size_t(part.rank - 1)] != 1) return {};
    const std::int64_t size = std::int64_t(bytes(part.type));
    return {static_cast<const std::byte*>(part.data) + place.offset * size, part.stride[std::size_t(part.rank - 2)] * size};
  }
  // Whether all rows of all parts lie so, in this type.
  bool lie_as(Type type) const { return lies_as(type, mem_kv_) && lies_as(type, memories_) && lies_as(type, segment_); }

  Halves halves(const Geometry<std::int32_t>& g, std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    const Place place = find(g, batch, kv_head, column);
    return halves_of(place.part, place.offset);
  }

 private:
  // An absent part has no rows that could lie elsewhere.
  bool lies_as(Type type, const Tensor& part) const {
    return !part || (part.type == type && (width_ == 1 || part.stride[std::size_t(part.rank - 1)] == 1));
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
