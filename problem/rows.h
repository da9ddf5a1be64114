// Walks any tensor row by row: the last dimension is the row, the others (at most three) are its index. The one loop over
// strides that validation, filling and hashing share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "problem/tensors.h"

namespace boresight {

struct Row {
  std::byte* data = nullptr;            // of the row's first element
  std::int64_t count = 0;               // elements
  std::int64_t stride = 0;              // in elements
  std::array<std::int64_t, 3> index{};  // [B][H][row] right-aligned: a tensor of rank 2 has {0, 0, row}
  std::int64_t number = 0;              // row-major
};

// Shape or stride of a tensor as if its rank were 4, with `filler` in front.
inline std::array<std::int64_t, 4> widened(const std::array<std::int64_t, 4>& of, int rank, std::int64_t filler) {
  std::array<std::int64_t, 4> wide{filler, filler, filler, filler};
  for (int dimension = 0; dimension < rank; ++dimension) wide[4 - rank + dimension] = of[dimension];
  return wide;
}

// visit(Row) for every row, row-major. An absent tensor and one of no elements have no rows.
template <class Visit>
void each_row(const Tensor& tensor, Visit visit) {
  if (!tensor || tensor.elements() == 0) return;
  const auto shape = widened(tensor.shape, tensor.rank, 1), stride = widened(tensor.stride, tensor.rank, 0);
  const std::int64_t size = std::int64_t(bytes(tensor.type));
  Row row{nullptr, shape[3], shape[3] == 1 ? 1 : stride[3], {}, 0};
  auto& [a, b, c] = row.index;
  for (a = 0; a < shape[0]; ++a)
    for (b = 0; b < shape[1]; ++b)
      for (c = 0; c < shape[2]; ++c, ++row.number) {
        row.data = static_cast<std::byte*>(tensor.data) + size * (a * stride[0] + b * stride[1] + c * stride[2]);
        visit(row);
      }
}

}  // namespace boresight
