// One attention call as the SIMD kernels see it, the same for all instruction sets: rows of queries, keys and values as
// floats, turned, whatever their type, stride and part. Hot loops know f32 alone.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/geometry.h"
#include "impl/key_rows.h"
#include "impl/masks.h"
#include "impl/rotary_row.h"

namespace boresight::impl::simd {

// Rows of floats are padded with zeros to a multiple of this, the widest vector there is.
inline constexpr std::int32_t row_padding = 16;
constexpr std::int32_t padded_row(std::int64_t width) { return std::int32_t(padded<std::int64_t>(width, row_padding)); }

class Call {
 public:
  Call(const Problem& problem, const Tensors& tensors);

  const Problem& problem;
  const Tensors& tensors;
  const Geometry<std::int32_t> g;
  const Heads<std::int64_t, bool> heads;
  const std::int32_t key_width, value_width;  // of padded rows
  const std::int32_t group;                   // query heads of a key/value head

  // Writes key_width floats: the query, turned by its position.
  void read_query(std::int64_t batch, std::int64_t head, std::int32_t row, float* query) const;

  // Write key_width and value_width floats: the key turned by its position, and the value.
  void read_key(std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* key) const;
  void read_value(std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* value) const;

  // Whether all keys, or values, that are seen lie as such floats already, but for the padding; and then where those of a part
  // do.
  using Rows = KeyRows::Rows;
  bool keys_in_place() const { return turn_keys_.empty() && keys_.all_in_place(); }
  bool values_in_place() const { return values_.all_in_place(); }
  Rows key_rows(std::int32_t part, std::int64_t batch, std::int64_t kv_head) const { return keys_.rows(part, batch, kv_head); }
  Rows value_rows(std::int32_t part, std::int64_t batch, std::int64_t kv_head) const {
    return values_.rows(part, batch, kv_head);
  }

  // Where a query lies as floats that need no turning; null where it must be read.
  const float* query_in_place(std::int64_t batch, std::int64_t head, std::int32_t row) const;

  // Where an output row lies as floats; null where it must be converted.
  float* out_in_place(std::int64_t batch, std::int64_t head, std::int32_t row) const;

  // Where the same floats lie already; null where they must be read.
  const float* key_in_place(std::int64_t batch, std::int64_t kv_head, std::int32_t column) const;
  const float* value_in_place(std::int64_t batch, std::int64_t kv_head, std::int32_t column) const;

 private:
  const RotaryRows& turns(const std::vector<RotaryRows>& of, std::int64_t batch) const {
    return of[of.size() == 1 ? 0 : std::size_t(batch)];
  }

  // Of the columns that nobody sees none is turned, and what they hold does not matter.
  bool turns_key(std::int32_t column) const { return turned_.contains(column); }

  KeyRows keys_, values_;
  Range<std::int32_t> turned_;                        // the columns whose turns are made ready
  std::vector<RotaryRows> turn_queries_, turn_keys_;  // one for all sequences, or one each
};

}  // namespace boresight::impl::simd
