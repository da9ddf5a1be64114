// Aligned memory of floats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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

using Memory = hwy::AlignedFreeUniquePtr<float[]>;
inline Memory zeros(std::size_t count) {
  Memory memory = hwy::AllocateAligned<float>(std::max<std::size_t>(count, 1));
  if (memory == nullptr) {  // as operator new would end it, where nobody catches
    std::fprintf(stderr, "boresight: no memory for %zu floats\n", count);
    std::abort();
  }
  std::fill(memory.get(), memory.get() + count, 0.0f);
  return memory;
}

}  // namespace boresight::impl::simd
