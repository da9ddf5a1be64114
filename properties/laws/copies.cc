#include "properties/laws/copies.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

namespace boresight::properties {
namespace {

template <class Bits>
void copy_row(std::byte* to, std::int64_t to_stride, const std::byte* from, std::int64_t from_stride, std::int64_t count) {
  constexpr std::int64_t size = sizeof(Bits);
  if (to_stride == 1 && from_stride == 1) return void(std::memcpy(to, from, std::size_t(count * size)));
  for (std::int64_t d = 0; d < count; ++d) std::memcpy(to + d * to_stride * size, from + d * from_stride * size, sizeof(Bits));
}

void copy_row(Type type, std::byte* to, std::int64_t to_stride, const std::byte* from, std::int64_t from_stride,
              std::int64_t count) {
  switch (bytes(type)) {
    case 8:
      return copy_row<std::uint64_t>(to, to_stride, from, from_stride, count);
    case 4:
      return copy_row<std::uint32_t>(to, to_stride, from, from_stride, count);
    case 2:
      return copy_row<std::uint16_t>(to, to_stride, from, from_stride, count);
    default:
      return copy_row<std::uint8_t>(to, to_stride, from, from_stride, count);
  }
}

Tensor empty_like(Inputs& store, const Tensor& tensor, int dimension, std::int64_t entries) {
  std::array<std::int64_t, 4> shape = tensor.shape;
  shape[std::size_t(dimension)] = entries;
  return store.allocate(tensor.type, tensor.rank, shape, Layout::bhnd);
}

}  // namespace

Tensor gather(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices) {
  if (!tensor) return tensor;
  const Tensor result = empty_like(store, tensor, dimension, std::int64_t(indices.size()));
  for (std::size_t k = 0; k < indices.size(); ++k)
    overwrite(result.slice(dimension, std::int64_t(k), 1), tensor.slice(dimension, indices[k], 1));
  return result;
}

Tensor gather_or_broadcast(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices) {
  return tensor && tensor.shape[std::size_t(dimension)] == 1 ? tensor : gather(store, tensor, dimension, indices);
}

Tensor copy(Inputs& store, const Tensor& tensor) { return lay_out(store, tensor, Layout::bhnd, 0); }

Tensor join(Inputs& store, const Tensor& first, const Tensor& second, int dimension) {
  if (!first || first.elements() == 0) return second;
  if (!second || second.elements() == 0) return first;
  const std::int64_t split = first.shape[std::size_t(dimension)], rest = second.shape[std::size_t(dimension)];
  const Tensor result = empty_like(store, first, dimension, split + rest);
  overwrite(result.slice(dimension, 0, split), first);
  overwrite(result.slice(dimension, split, rest), second);
  return result;
}

Tensor pad(Inputs& store, const Tensor& tensor, int dimension, Pads pads, double value) {
  if (tensor.rank == 0) return tensor;  // absent; a tensor of no elements has its rank and grows
  const std::int64_t inside = tensor.shape[std::size_t(dimension)];
  const Tensor result = empty_like(store, tensor, dimension, pads.before + inside + pads.after);
  fill(result, [value](std::int64_t) { return value; });
  if (inside > 0) overwrite(result.slice(dimension, pads.before, inside), tensor);
  return result;
}

Tensor lay_out(Inputs& store, const Tensor& tensor, Layout layout, std::int64_t skew) {
  if (!tensor) return tensor;
  const Tensor result = store.allocate(tensor.type, tensor.rank, tensor.shape, layout, skew);
  overwrite(result, tensor);
  return result;
}

void overwrite(const Tensor& tensor, const Tensor& with) {
  if (!tensor) return;
  assert(tensor.type == with.type && tensor.shape == with.shape);
  const auto stride = widened(with.stride, with.rank, 0);
  const std::int64_t size = std::int64_t(bytes(with.type));
  each_row(tensor, [&](const Row& row) {
    const auto& [a, b, c] = row.index;
    const std::byte* const from =
        static_cast<const std::byte*>(with.data) + size * (a * stride[0] + b * stride[1] + c * stride[2]);
    copy_row(tensor.type, row.data, row.stride, from, stride[3], row.count);
  });
}

std::vector<std::int64_t> range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

// A rotation by less than a whole turn, then a swap.
std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed) {
  std::vector<std::int64_t> order = range(0, count);
  if (count < 2) return order;
  std::rotate(order.begin(), order.begin() + 1 + std::int64_t(mix(seed + 3) % std::uint64_t(count - 1)), order.end());
  if (count > 2 && (mix(seed + 4) & 1u) != 0) std::swap(order[0], order[1]);
  return order;
}

}  // namespace boresight::properties
