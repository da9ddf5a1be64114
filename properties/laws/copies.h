// Tensors made from tensors: what laws cut, join, permute, pad and lay out anew. Every copy is owned by a store, and none
// changes its source. A tensor that is absent stays absent.
#pragma once

#include <cstdint>
#include <vector>

#include "problem/inputs.h"

namespace boresight::properties {

// A contiguous copy of the entries `indices` of one dimension.
Tensor gather(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices);

// The same, but that a dimension of size 1 is broadcast and stays as it is.
Tensor gather_or_broadcast(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices);

// A contiguous copy that can be written to.
Tensor copy(Inputs& store, const Tensor& tensor);

// Entries of `first`, then entries of `second`, along one dimension.
Tensor join(Inputs& store, const Tensor& first, const Tensor& second, int dimension);

// `before` entries in front of one dimension and `after` behind it, every element of them `value`.
struct Pads {
  std::int64_t before = 0, after = 0;
};
Tensor pad(Inputs& store, const Tensor& tensor, int dimension, Pads pads, double value);

// The same numbers in another layout, from `skew` elements into their memory on.
Tensor lay_out(Inputs& store, const Tensor& tensor, Layout layout, std::int64_t skew);

// Writes the elements of one tensor into another of the same type and shape, where it lies.
void overwrite(const Tensor& tensor, const Tensor& with);

// Sets every element to value(flat index).
template <class Value>
void fill(const Tensor& tensor, Value value);

// first, first + 1, .. (count of them)
std::vector<std::int64_t> range(std::int64_t first, std::int64_t count);

// 0 .. count - 1 in another order, by the seed: never as they are where count >= 2.
std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed);

}  // namespace boresight::properties

#include "properties/laws/copies-inl.h"
