// Aligned memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>

#include "hwy/aligned_allocator.h"

namespace boresight::impl::simd {

// A block for a Workspace.
using Block = hwy::AlignedFreeUniquePtr<std::byte[]>;
inline Block block_of(std::size_t bytes) {
  Block block = hwy::AllocateAligned<std::byte>(std::max<std::size_t>(bytes, 1));
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace boresight::impl::simd
