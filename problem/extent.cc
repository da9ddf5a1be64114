#include "problem/extent.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace boresight {
namespace {

// Bytes from element (0, .., 0) down to the lowest element's first, and up to the highest's.
struct Reach {
  std::int64_t down = 0, up = 0;
};

// The terms that a dimension of size 1 or a tensor without elements has not.
bool counts(const Tensor& tensor, int d) { return tensor.shape[std::size_t(d)] > 1; }

Reach reach_of(const Tensor& tensor) {
  Reach reach;
  for (int d = 0; d < tensor.rank; ++d) {
    if (!counts(tensor, d)) continue;
    const std::int64_t far =
        (tensor.shape[std::size_t(d)] - 1) * tensor.stride[std::size_t(d)] * std::int64_t(bytes(tensor.type));
    (far < 0 ? reach.down : reach.up) += far;
  }
  return reach;
}

}  // namespace

bool addressable(const Tensor& tensor) {
  if (tensor.elements() == 0) return true;
  double down = 0, up = 0;  // a product may exceed 64 bits
  for (int d = 0; d < tensor.rank; ++d) {
    if (!counts(tensor, d)) continue;
    const double far =
        double(tensor.shape[std::size_t(d)] - 1) * double(tensor.stride[std::size_t(d)]) * double(bytes(tensor.type));
    (far < 0 ? down : up) += far;
  }
  constexpr double reach_max = 0x1p62;
  if (!(-down < reach_max && up < reach_max)) return false;
  const auto base = reinterpret_cast<std::uintptr_t>(tensor.data);
  const Reach reach = reach_of(tensor);
  const std::uintptr_t above = std::numeric_limits<std::uintptr_t>::max() - base;
  return std::uintptr_t(-reach.down) <= base && std::uintptr_t(reach.up) + bytes(tensor.type) <= above;
}

Extent extent_of(const Tensor& tensor) {
  if (!tensor || tensor.elements() == 0) return {};
  const auto base = reinterpret_cast<std::uintptr_t>(tensor.data);
  const Reach reach = reach_of(tensor);
  return {base - std::uintptr_t(-reach.down), base + std::uintptr_t(reach.up) + bytes(tensor.type)};
}

bool overlaps_itself(const Tensor& tensor) {
  if (!tensor || tensor.elements() == 0) return false;
  std::array<std::pair<std::int64_t, std::int64_t>, 4> dimensions{};  // |stride|, size; of size 0: none
  for (int d = 0; d < tensor.rank; ++d)
    if (counts(tensor, d)) dimensions[std::size_t(d)] = {std::abs(tensor.stride[std::size_t(d)]), tensor.shape[std::size_t(d)]};
  std::sort(dimensions.begin(), dimensions.end());
  std::int64_t inside = 1;  // elements from one step of the next dimension to the end of what lies inside it
  for (const auto& [stride, size] : dimensions) {
    if (size == 0) continue;
    if (stride < inside) return true;
    inside += stride * (size - 1);
  }
  return false;
}

}  // namespace boresight
