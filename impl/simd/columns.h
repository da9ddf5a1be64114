// The columns that one key/value head's queries may see, as a list: those that no mask hides from all, each with where its key
// and value lie as floats. The three parts stay where they are; what is not floats side by side, or turns, is read into rows of
// its own first.
#pragma once

#include <algorithm>
#include <cstdint>

#include "impl/simd/call.h"
#include "impl/simd/workspace.h"

namespace boresight::impl::simd {

// Behind the values that are listed stand so many more that may be fetched, not used.
inline constexpr std::int32_t values_ahead = 4;

// Entries [begin, end) of the list.
using Entries = Range<std::int32_t>;

class ColumnList {
 public:
  ColumnList(const Call& call, Workspace& workspace)
      : call_(&call),
        listed_(call.g.view(call.g.rows(), call.g.columns())),
        room_(listed_.persistent_end + std::max(listed_.band.size(), 0)),
        column_(workspace.take<std::int32_t>(std::size_t(room_))) {}

  // How many there are of any head at most.
  std::int32_t room() const { return room_; }

  // Those of a range of columns.
  Entries entries(Range<std::int32_t> columns) const {
    const std::int32_t* const all = column_;
    const std::int32_t *const end = all + count_, *const first = std::lower_bound(all, end, columns.begin);
    return {std::int32_t(first - all), std::int32_t(std::lower_bound(first, end, columns.end) - all)};
  }
  const std::int32_t* column(std::int32_t entry) const { return column_ + entry; }

 protected:
  // Lists the columns that one sequence's masks leave to anyone, and calls body(entry, column) for each.
  template <class Body>
  void list_columns(std::int64_t batch, const Body& body) {
    count_ = 0;
    Masks masks(call_->problem, call_->g, call_->tensors);
    masks.choose(batch, 0);
    const bool any_hidden = masks.hides_keys();
    for (const Range<std::int32_t> columns : {Range<std::int32_t>{0, listed_.persistent_end}, listed_.band})
      for (std::int32_t column = columns.begin; column < columns.end; ++column) {
        if (any_hidden && !masks.open_to_any(column)) continue;
        column_[count_] = column;
        body(count_++, column);
      }
  }

  const Call* call_;
  RowView<std::int32_t> listed_;  // of all rows and columns
  std::int32_t room_, count_ = 0;
  std::int32_t* column_;
};

// Rows of consecutive columns of one part, each where it lies; T is what the part is read as.
template <class T>
class PartInPlace {
 public:
  // find(column): where the rows from this column on lie, asked once a part.
  template <class Find>
  const T* row(const Call& call, std::int32_t column, const Find& find) {
    if (call.g.key_part(column) != part_) {
      part_ = call.g.key_part(column);
      first_ = column;
      rows_ = find(column);
    }
    return reinterpret_cast<const T*>(rows_.first + (column - first_) * rows_.step);
  }

 private:
  std::int32_t part_ = -1, first_ = 0;
  RowsInPlace rows_;
};

// The list with where keys and values lie as floats. Read: how rows are read (Call).
template <class Read>
class FloatColumns : public ColumnList {
 public:
  using Number = float;

  FloatColumns(const Call& call, Workspace& workspace)
      : ColumnList(call, workspace),
        keys_(workspace.take<const float*>(std::size_t(room_))),
        values_(workspace.take<const float*>(std::size_t(room_ + values_ahead))),
        own_keys_(call.keys_lie_as(Type::f32) ? nullptr
                                              : workspace.take<float>(std::size_t(room_) * std::size_t(call.key_width))),
        own_values_(call.values_lie_as(Type::f32) ? nullptr
                                                  : workspace.take<float>(std::size_t(room_) * std::size_t(call.value_width))) {}

  // How many Numbers a key has.
  static std::int32_t key_numbers(const Call& call) { return std::int32_t(call.problem.head_dim); }

  // The query where it lies, or read into a row of the caller's, of key_width floats.
  static const float* query(const Call& call, std::int64_t batch, std::int64_t head, std::int32_t row, float* own) {
    if (const float* const in_place = call.query_in_place(batch, head, row)) return in_place;
    call.read_query(batch, head, row, own, Read());
    return own;
  }

  // Whether keys or values have rows of their own, for read() to fill.
  bool reads() const { return own_keys_ != nullptr || own_values_ != nullptr; }

  void list(std::int64_t batch, std::int64_t kv_head) {
    PartInPlace<float> keys, values;
    list_columns(batch, [&](std::int32_t e, std::int32_t column) {
      keys_[e] = own_keys_ != nullptr
                     ? own_key(e)
                     : keys.row(*call_, column, [&](std::int32_t c) { return call_->side_by_side_keys(batch, kv_head, c); });
      values_[e] = own_values_ != nullptr ? own_value(e) : values.row(*call_, column, [&](std::int32_t c) {
        return call_->side_by_side_values(batch, kv_head, c);
      });
    });
    std::fill(values_ + count_, values_ + count_ + values_ahead, nullptr);
  }

  // Fills the own rows of some entries.
  void read(std::int64_t batch, std::int64_t kv_head, Entries entries) {
    for (std::int32_t e = entries.begin; e < std::min(entries.end, count_); ++e) {
      if (own_keys_ != nullptr) call_->read_key(batch, kv_head, column_[e], own_key(e), Read());
      if (own_values_ != nullptr) call_->read_value(batch, kv_head, column_[e], own_value(e), Read());
    }
  }

  const float* const* keys(std::int32_t entry) const { return keys_ + entry; }
  const float* const* values(std::int32_t entry) const { return values_ + entry; }

 private:
  float* own_key(std::int32_t e) { return own_keys_ + std::ptrdiff_t(e) * call_->key_width; }
  float* own_value(std::int32_t e) { return own_values_ + std::ptrdiff_t(e) * call_->value_width; }

  const float **keys_, **values_;
  float *own_keys_, *own_values_;
};

}  // namespace boresight::impl::simd
