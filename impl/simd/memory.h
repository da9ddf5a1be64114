// Aligned memory of floats, and the sizes that tiles come in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hwy/aligned_allocator.h"

namespace boresight::impl::simd {

using Memory = hwy::AlignedFreeUniquePtr<float[]>;
inline Memory zeros(std::size_t count) {
  Memory memory = hwy::AllocateAligned<float>(std::max<std::size_t>(count, 1));
  std::fill(memory.get(), memory.get() + count, 0.0f);
  return memory;
}

constexpr std::int32_t round_up(std::int32_t count, std::int32_t to) { return (count + to - 1) / to * to; }

// What was asked for, or the kernel's own choice; at most `most`, and no more than there are items, but at least 1.
constexpr std::int32_t tile_size(std::int64_t asked, std::int64_t otherwise, std::int64_t most, std::int64_t items) {
  return std::int32_t(std::max<std::int64_t>(1, std::min({asked > 0 ? asked : otherwise, most, items})));
}

}  // namespace boresight::impl::simd
