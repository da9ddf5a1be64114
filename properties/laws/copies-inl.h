// The template of copies.h.
#pragma once

#include "problem/rows.h"
#include "problem/values.h"

namespace boresight::properties {

template <class Value>
void fill(const Tensor& tensor, Value value) {
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d) store(row.data, tensor.type, d * row.stride, value(row.number * row.count + d));
  });
}

}  // namespace boresight::properties
