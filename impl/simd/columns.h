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

class Columns {
 public:
  Columns(const Call& call, Workspace& workspace)
      : call_(&call),
        listed_(call.g.view(call.g.rows(), call.g.columns())),
        room_(listed_.persistent_end + std::max(listed_.band.size(), 0)),
        column_(workspace.take<std::int32_t>(std::size_t(room_))),
        keys_(workspace.take<const float*>(std::size_t(room_))),
        values_(workspace.take<const float*>(std::size_t(room_ + values_ahead))),
        own_keys_(call.keys_are_floats() ? nullptr : workspace.take<float>(std::size_t(room_) * std::size_t(call.key_width))),
        own_values_(call.values_are_floats() ? nullptr
                                             : workspace.take<float>(std::size_t(room_) * std::size_t(call.value_width))) {}

  // How many there are of any head at most.
  std::int32_t room() const { return room_; }
  // Whether keys or values have rows of their own, for read() to fill.
  bool reads() const { return own_keys_ != nullptr || own_values_ != nullptr; }

  void list(std::int64_t batch, std::int64_t kv_head) {
    count_ = 0;
    Masks masks(call_->problem, call_->g, call_->tensors);
    masks.choose(batch, 0);
    list_range({0, listed_.persistent_end}, batch, kv_head, masks);
    list_range(listed_.band, batch, kv_head, masks);
    std::fill(values_ + count_, values_ + count_ + values_ahead, nullptr);
  }

  // Fills the own rows of some entries.
  void read(std::int64_t batch, std::int64_t kv_head, Entries entries) {
    for (std::int32_t e = entries.begin; e < std::min(entries.end, count_); ++e) {
      if (own_keys_ != nullptr) call_->read_key(batch, kv_head, column_[e], own_key(e));
      if (own_values_ != nullptr) call_->read_value(batch, kv_head, column_[e], own_value(e));
    }
  }

  // Those of a range of columns.
  Entries entries(Range<std::int32_t> columns) const {
    const std::int32_t* const all = column_;
    const std::int32_t *const end = all + count_, *const first = std::lower_bound(all, end, columns.begin);
    return {std::int32_t(first - all), std::int32_t(std::lower_bound(first, end, columns.end) - all)};
  }
  const std::int32_t* column(std::int32_t entry) const { return column_ + entry; }
  const float* const* keys(std::int32_t entry) const { return keys_ + entry; }
  const float* const* values(std::int32_t entry) const { return values_ + entry; }

 private:
  float* own_key(std::int32_t e) { return own_keys_ + std::ptrdiff_t(e) * call_->key_width; }
  float* own_value(std::int32_t e) { return own_values_ + std::ptrdiff_t(e) * call_->value_width; }

  void list_range(Range<std::int32_t> columns, std::int64_t batch, std::int64_t kv_head, const Masks& masks) {
    const bool any_hidden = masks.hides_keys();
    RowsInPlace keys, values;
    std::int32_t part = -1, first = 0;
    for (std::int32_t column = columns.begin; column < columns.end; ++column) {
      if (any_hidden && !masks.open_to_any(column)) continue;
      const std::int32_t e = count_++;
      if (call_->g.key_part(column) != part) {
        part = call_->g.key_part(column);
        first = column;
        keys = call_->float_keys(batch, kv_head, column);
        values = call_->float_values(batch, kv_head, column);
      }
      column_[e] = column;
      keys_[e] = own_keys_ != nullptr ? own_key(e) : float_row(keys, column - first);
      values_[e] = own_values_ != nullptr ? own_value(e) : float_row(values, column - first);
    }
  }
  static const float* float_row(const RowsInPlace& rows, std::int32_t row) {
    return reinterpret_cast<const float*>(rows.first + row * rows.step);
  }

  const Call* call_;
  RowView<std::int32_t> listed_;  // of all rows and columns
  std::int32_t room_, count_ = 0;
  std::int32_t* column_;
  const float **keys_, **values_;
  float *own_keys_, *own_values_;
};

}  // namespace boresight::impl::simd
