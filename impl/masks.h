// Masks: who is hidden by data: key and memory masks (rule 1), the attention mask (rule 2), and a dense bias of -inf.
// Causality and window (rules 3 and 4) are geometry's.
#pragma once

#include <cstdint>
#include <limits>

#include "impl/convert.h"
#include "impl/geometry.h"

namespace boresight::impl {

// Of consecutive keys, whether rule 1 leaves them to anyone.
struct KeyMask {
  const std::uint8_t* first = nullptr;  // null: all
  std::int64_t step = 0;
  bool hides() const { return first != nullptr; }
  bool open(std::int32_t key) const { return first[key * step] != 0; }  // where it hides
};

class Masks {
 public:
  Masks(const Problem& problem, const Geometry<std::int32_t>& g, const Tensors& tensors)
      : g_(g),
        tensors_(tensors),
        dense_(problem.bias.kind == BiasKind::dense),
        any_(tensors.key_mask || tensors.memory_mask || tensors.attention_mask || dense_) {}

  void choose(std::int64_t batch, std::int64_t head) {
    batch_ = batch;
    head_ = head;
  }

  // Whether no mask hides the column from the row.
  bool open(std::int32_t row, std::int32_t column) const {
    return !any_ || (key_open(column) && attention_open(row, column) && dense_open(row, column));
  }

  // The same in two parts: whether rule 1 leaves the key to anyone, and whether the others leave it to this row.
  bool open_to_any(std::int32_t column) const { return key_open(column); }
  bool open_to_row(std::int32_t row, std::int32_t column) const { return attention_open(row, column) && dense_open(row, column); }
  // Rule 1 for consecutive columns of one part, from this column on.
  KeyMask keys_open(std::int32_t column) const {
    const Tensor& mask = mask_of(g_.key_part(column));
    if (!mask) return {};
    return {static_cast<const std::uint8_t*>(mask.data) + mask.offset(batch_, g_.row_in_part(column)), mask.stride[1]};
  }
  // Whether the first part can hide anything, and whether the second can.
  bool hides_keys() const { return tensors_.key_mask || tensors_.memory_mask; }
  bool row_by_row() const { return bool(tensors_.attention_mask) || dense_; }

 private:
  // Rule 1's mask of a part; absent: it hides none. Persistent keys are never hidden so.
  const Tensor& mask_of(std::int32_t part) const {
    static constexpr Tensor none;
    return part == 0 ? none : part == 1 ? tensors_.memory_mask : tensors_.key_mask;
  }
  bool key_open(std::int32_t column) const {
    const Tensor& mask = mask_of(g_.key_part(column));
    return !mask || mask.at<std::uint8_t>(batch_, g_.row_in_part(column)) != 0;
  }
  bool attention_open(std::int32_t row, std::int32_t column) const {
    return !tensors_.attention_mask || tensors_.attention_mask.at<std::uint8_t>(batch_, head_, row, column) != 0;
  }
  bool dense_open(std::int32_t row, std::int32_t column) const {
    if (!dense_ || g_.is_persistent(column)) return true;
    const float bias = read_element(tensors_.dense, tensors_.dense.offset(batch_, head_, row, g_.token_index(column)));
    return bias != -std::numeric_limits<float>::infinity();
  }

  const Geometry<std::int32_t>& g_;
  const Tensors& tensors_;
  bool dense_;  // the bias is dense, and may hide
  bool any_;
  std::int64_t batch_ = 0, head_ = 0;
};

}  // namespace boresight::impl
