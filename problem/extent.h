// Which bytes a tensor's elements lie in, by its strides.
#pragma once

#include <cstdint>

#include "problem/tensors.h"

namespace boresight {

// Addresses from the first byte of any element to behind the last one; empty where there is no element.
struct Extent {
  std::uintptr_t begin = 0, end = 0;
  bool meets(const Extent& other) const { return begin < other.end && other.begin < end; }
};

// Whether the addresses of all elements can be counted: no product of a stride and a size leaves 64 bits, and no element lies
// past either end of memory. Of a tensor with data.
bool addressable(const Tensor& tensor);

// Of an absent or addressable tensor.
Extent extent_of(const Tensor& tensor);

// Whether elements may share bytes: exact where a dimension's stride goes over all that is inside it, as in every layout that is
// a permutation of a padded one; true for the few others.
bool overlaps_itself(const Tensor& tensor);

}  // namespace boresight
