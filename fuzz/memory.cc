#include "fuzz/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "problem/extent.h"
#include "problem/rows.h"

namespace boresight::fuzz {

Tensor side_by_side(Tensor tensor) {
  std::int64_t step = 1;
  for (int d = tensor.rank - 1; d >= 0; --d) {
    tensor.stride[std::size_t(d)] = step;
    step *= tensor.shape[std::size_t(d)];
  }
  return tensor;
}

Memory::~Memory() {
  for (const Mapping& mapping : mappings_) munmap(mapping.start, mapping.size);
}

bool Memory::place(Tensor& tensor) {
  constexpr std::uintptr_t middle = std::uintptr_t{1} << 62;  // from here any reach that is addressable at all can be counted
  tensor.data = reinterpret_cast<void*>(middle);
  if (!addressable(tensor)) return false;
  const Extent extent = extent_of(tensor);
  const std::size_t size = extent.end - extent.begin, down = middle - extent.begin;
  if (size > std::size_t(far_most)) return false;
  if (size <= std::size_t(near_most)) {
    std::byte* const block = blocks_.emplace_back(new std::byte[std::max<std::size_t>(size, 1)]).get();
    std::memset(block, 0xff, size);
    tensor.data = block + down;
    return true;
  }
  void* const start = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return false;
  mappings_.push_back({start, size});
  tensor.data = static_cast<std::byte*>(start) + down;
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d)
      std::memset(row.data + d * row.stride * std::int64_t(bytes(tensor.type)), 0xff, bytes(tensor.type));
  });
  return true;
}

}  // namespace boresight::fuzz
