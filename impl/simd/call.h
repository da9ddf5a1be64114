// One attention call as the SIMD kernels see it, the same for all instruction sets: rows of queries, keys and values as
// floats, turned, whatever their type, stride and part. Hot loops know f32 alone.
#pragma once

#include <algorithm>
#include <cstdint>

#include "impl/geometry.h"
#include "impl/key_rows.h"
#include "impl/masks.h"
#include "impl/parameters.h"
#include "impl/rotary_row.h"
#include "impl/simd/workspace.h"

namespace boresight::impl::simd {

// Rows of floats are padded with zeros to a multiple of this, the widest vector there is.
inline constexpr std::int32_t row_padding = 16;
constexpr std::int32_t padded_row(std::int64_t width) { return std::int32_t(padded<std::int64_t>(width, row_padding)); }

// The turns of a range of rows of queries or of keys, once a call, since all heads share them.
class Turns {
 public:
  Turns(const Problem& problem, const Geometry<std::int32_t>& g, const Tensors& tensors, RotaryRows::Side side,
        Range<std::int32_t> rows, Workspace& workspace);
  bool empty() const { return !turns_.on(); }
  Range<std::int32_t> rows() const { return rows_; }
  void turn(std::int64_t batch, std::int32_t row, float* elements) const { turns_.turn(number(batch, row), elements); }
  const Turn* turns_of(std::int64_t batch, std::int32_t row) const { return turns_.turns_of(number(batch, row)); }

 private:
  std::int64_t number(std::int64_t batch, std::int32_t row) const {
    return (sequences_ == 1 ? 0 : batch) * rows_.size() + (row - rows_.begin);
  }

  Range<std::int32_t> rows_;
  std::int64_t sequences_;  // one for all sequences, or each its own
  RotaryRows turns_;        // [sequence][row]
};

class Call {
 public:
  // What must be computed once is kept in the workspace; while that counts, no data is read.
  Call(const Problem& problem, const Tensors& tensors, Workspace& workspace);

  const Problem& problem;
  const Tensors& tensors;
  const Geometry<std::int32_t> g;
  const Heads<std::int64_t, bool> heads;
  const std::int32_t key_width, value_width;  // of padded rows
  const std::int32_t group;                   // query heads of a key/value head
  const BucketTable buckets;                  // of the bias, for a BiasRow

  // Writes key_width floats: the query, turned by its position. `reads` does as read_row() does, by vectors.
  template <class Read>
  void read_query(std::int64_t batch, std::int64_t head, std::int32_t row, float* query, const Read& reads) const {
    reads(tensors.q, tensors.q.offset(batch, head, row, 0), problem.head_dim, query);
    std::fill(query + problem.head_dim, query + key_width, 0.0f);
    if (!turn_queries_.empty()) turn_queries_.turn(batch, row, query);
  }

  // Write key_width and value_width floats: the key turned by its position, and the value.
  template <class Read>
  void read_key(std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* key, const Read& reads) const {
    keys_.read(g, batch, kv_head, column, key, reads);
    std::fill(key + problem.head_dim, key + key_width, 0.0f);
    if (turns_key(column)) turn_keys_.turn(batch, column, key);
  }
  template <class Read>
  void read_value(std::int64_t batch, std::int64_t kv_head, std::int32_t column, float* value, const Read& reads) const {
    values_.read(g, batch, kv_head, column, value, reads);
    std::fill(value + problem.value_dim, value + value_width, 0.0f);
  }

  // Where the rows of consecutive columns of one part lie side by side, in the type of the problem and as wide as the padded
  // row, not turned; null: nowhere, they must be read.
  RowsInPlace key_rows(std::int64_t batch, std::int64_t kv_head, Range<std::int32_t> columns) const;
  RowsInPlace value_rows(std::int64_t batch, std::int64_t kv_head, Range<std::int32_t> columns) const;

  // Whether some of the columns turn, and the turns of one; null: it does not.
  bool turns_some_key(Range<std::int32_t> columns) const {
    return columns.begin < turn_keys_.rows().end && turn_keys_.rows().begin < columns.end;
  }
  const Turn* turns_of_key(std::int64_t batch, std::int32_t column) const {
    return turns_key(column) ? turn_keys_.turns_of(batch, column) : nullptr;
  }

  // Whether all keys, or values, that are seen lie as rows of this type that need no turning; and then those of one part, from
  // this column on.
  bool keys_lie_as(Type type) const { return turn_keys_.empty() && keys_.lie_as(type); }
  bool values_lie_as(Type type) const { return values_.lie_as(type); }
  RowsInPlace side_by_side_keys(std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    return keys_.in_place(g, batch, kv_head, column);
  }
  RowsInPlace side_by_side_values(std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    return values_.in_place(g, batch, kv_head, column);
  }

  // The elements of a row as they lie, for a problem of 16-bit elements where nothing turns.
  Halves query_halves(std::int64_t batch, std::int64_t head, std::int32_t row) const {
    return halves_of(tensors.q, tensors.q.offset(batch, head, row, 0));
  }
  Halves key_halves(std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    return keys_.halves(g, batch, kv_head, column);
  }
  Halves value_halves(std::int64_t batch, std::int64_t kv_head, std::int32_t column) const {
    return values_.halves(g, batch, kv_head, column);
  }

  // Where a query lies as floats that need no turning; null where it must be read.
  const float* query_in_place(std::int64_t batch, std::int64_t head, std::int32_t row) const;

  // Where an output row lies as floats; null where it must be converted.
  float* out_in_place(std::int64_t batch, std::int64_t head, std::int32_t row) const;

 private:
  // Of the columns that nobody sees none is turned, and what they hold does not matter.
  bool turns_key(std::int32_t column) const { return turn_keys_.rows().contains(column); }
  KeyRows keys_, values_;
  Turns turn_queries_, turn_keys_;
};

}  // namespace boresight::impl::simd
