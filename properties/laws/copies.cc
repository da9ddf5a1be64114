#include "properties/laws/copies.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <numeric>

namespace boresight::properties {
namespace {

using Index = std::array<std::int64_t, 4>;

void copy_element(const Tensor& from, std::int64_t from_offset, const Tensor& to, std::int64_t to_offset) {
  const std::int64_t size = std::int64_t(bytes(from.type));
  std::memcpy(static_cast<std::byte*>(to.data) + to_offset * size, static_cast<std::byte*>(from.data) + from_offset * size,
              std::size_t(size));
}

// Calls visit(index) for each index of the shape, row-major.
template <class Visit>
void for_each_index(const Tensor& tensor, Visit visit) {
  Index n{1, 1, 1, 1};
  std::copy(tensor.shape.begin(), tensor.shape.begin() + tensor.rank, n.begin());
  for (std::int64_t a = 0; a < n[0]; ++a)
    for (std::int64_t b = 0; b < n[1]; ++b)
      for (std::int64_t c = 0; c < n[2]; ++c)
        for (std::int64_t d = 0; d < n[3]; ++d) visit(Index{a, b, c, d});
}

std::int64_t offset_of(const Tensor& tensor, const Index& index) {
  std::int64_t sum = 0;
  for (int d = 0; d < tensor.rank; ++d) sum += index[std::size_t(d)] * tensor.stride[std::size_t(d)];
  return sum;
}

Tensor empty_like(Inputs& store, const Tensor& tensor, int dimension, std::int64_t entries) {
  Index shape = tensor.shape;
  shape[std::size_t(dimension)] = entries;
  return store.allocate(tensor.type, tensor.rank, shape, Layout::bhnd);
}

}  // namespace

Tensor gather(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices) {
  if (!tensor) return tensor;
  const Tensor result = empty_like(store, tensor, dimension, std::int64_t(indices.size()));
  for_each_index(result, [&](const Index& index) {
    Index from = index;
    from[std::size_t(dimension)] = indices[std::size_t(index[std::size_t(dimension)])];
    copy_element(tensor, offset_of(tensor, from), result, offset_of(result, index));
  });
  return result;
}

Tensor gather_or_broadcast(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices) {
  return tensor && tensor.shape[std::size_t(dimension)] == 1 ? tensor : gather(store, tensor, dimension, indices);
}

Tensor copy(Inputs& store, const Tensor& tensor) { return tensor ? gather(store, tensor, 0, range(0, tensor.shape[0])) : tensor; }

Tensor join(Inputs& store, const Tensor& first, const Tensor& second, int dimension) {
  if (!first || first.elements() == 0) return second;
  if (!second || second.elements() == 0) return first;
  const std::int64_t split = first.shape[std::size_t(dimension)];
  const Tensor result = empty_like(store, first, dimension, split + second.shape[std::size_t(dimension)]);
  for_each_index(result, [&](const Index& index) {
    Index place = index;
    const bool left = place[std::size_t(dimension)] < split;
    if (!left) place[std::size_t(dimension)] -= split;
    const Tensor& from = left ? first : second;
    copy_element(from, offset_of(from, place), result, offset_of(result, index));
  });
  return result;
}

Tensor pad(Inputs& store, const Tensor& tensor, int dimension, Pads pads, double value) {
  if (tensor.rank == 0) return tensor;  // absent; a tensor of no elements has its rank and grows
  const std::int64_t inside = tensor.shape[std::size_t(dimension)];
  const Tensor result = empty_like(store, tensor, dimension, pads.before + inside + pads.after);
  for_each_index(result, [&](const Index& index) {
    Index from = index;
    const std::int64_t place = from[std::size_t(dimension)] -= pads.before;
    if (place >= 0 && place < inside)
      copy_element(tensor, offset_of(tensor, from), result, offset_of(result, index));
    else
      boresight::store(result.data, result.type, offset_of(result, index), value);
  });
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
  for_each_index(tensor,
                 [&](const Index& index) { copy_element(with, offset_of(with, index), tensor, offset_of(tensor, index)); });
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
