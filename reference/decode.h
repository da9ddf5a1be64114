// Reads tensors of any element type, stride and broadcast as doubles. Every conversion is exact.
// The type is switched on once a call, never once an element.
#pragma once

#include <cassert>
#include <cstdint>

#include "problem/tensors.h"
#include "reference/matrix.h"

namespace boresight::reference {

// Calls visit(data, to_double) with the tensor's data as its C++ type and the exact conversion of one element.
template <class Visit>
auto with_elements(const Tensor& tensor, Visit visit) {
  using Eigen::numext::bit_cast;
  const auto plain = [](auto x) { return double(x); };
  switch (tensor.type) {
    case Type::f64:
      return visit(static_cast<const double*>(tensor.data), plain);
    case Type::f32:
      break;
    case Type::bf16:
      return visit(static_cast<const std::uint16_t*>(tensor.data),
                   [](std::uint16_t x) { return double(float(bit_cast<Eigen::bfloat16>(x))); });
    case Type::f16:
      return visit(static_cast<const std::uint16_t*>(tensor.data),
                   [](std::uint16_t x) { return double(float(bit_cast<Eigen::half>(x))); });
    case Type::u8:
      return visit(static_cast<const std::uint8_t*>(tensor.data), plain);
    case Type::i32:
      return visit(static_cast<const std::int32_t*>(tensor.data), plain);
  }
  return visit(static_cast<const float*>(tensor.data), plain);
}

// One element.
template <class... Indices>
double element(const Tensor& tensor, Indices... index) {
  return with_elements(tensor, [&](auto* data, auto to_double) { return to_double(data[tensor.offset(index...)]); });
}

// The whole matrix [row][width] at the leading indices, into `out` from (first_row, first_column) on. An absent tensor
// writes nothing.
template <class... Leading>
void decode_rows(const Tensor& tensor, Matrix& out, Index first_row, Index first_column, Leading... leading) {
  if (!tensor) return;
  const Index rows = tensor.shape[tensor.rank - 2], width = tensor.shape[tensor.rank - 1];
  assert(first_row + rows <= out.rows() && first_column + width <= out.cols());
  const std::int64_t row_stride = tensor.stride[tensor.rank - 2], stride = tensor.stride[tensor.rank - 1];
  with_elements(tensor, [&](auto* data, auto to_double) {
    data += tensor.offset(leading..., 0, 0);
    for (Index row = 0; row < rows; ++row) {
      const auto* from = data + row * row_stride;
      double* to = out.data() + (first_row + row) * out.outerStride() + first_column;
      if (stride == 1) {
        for (Index d = 0; d < width; ++d) to[d] = to_double(from[d]);
      } else {
        for (Index d = 0; d < width; ++d) to[d] = to_double(from[d * stride]);
      }
    }
  });
}

// The last dimension at the leading indices. `out` gets its size, none if the tensor is absent.
template <class... Leading>
void decode_row(const Tensor& tensor, Vector& out, Leading... leading) {
  if (!tensor) {
    out.resize(0);
    return;
  }
  const Index width = tensor.shape[tensor.rank - 1];
  out.resize(width);
  with_elements(tensor, [&](auto* data, auto to_double) {
    data += tensor.offset(leading..., 0);
    const std::int64_t stride = tensor.stride[tensor.rank - 1];
    for (Index d = 0; d < width; ++d) out[d] = to_double(data[d * stride]);
  });
}

}  // namespace boresight::reference
