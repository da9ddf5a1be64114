// A block's shared memory: every byte 0xff when the block begins, which is NaN in all our types, between two fences that are
// looked at when it ends. AddressSanitizer forbids the fences; ThreadSanitizer forgets what earlier blocks did here.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

#include "impl/cuda/host/sanitizers.h"

namespace boresight::impl::cuda::host {

class SharedMemory {
 public:
  static constexpr std::size_t alignment = 128, fence_bytes = 256;
  static constexpr std::size_t most_bytes = 227 << 10;  // what a block may have on sm_90

  SharedMemory() = default;
  ~SharedMemory() { drop(); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  void begin_block(std::size_t bytes) {
    if (memory_) allow_access(memory_, capacity_);
    if (bytes + 2 * fence_bytes > capacity_ || races_are_watched) {
      drop();
      const std::size_t capacity = bytes + 2 * fence_bytes + alignment;
      memory_ = static_cast<unsigned char*>(::operator new(capacity, std::align_val_t{alignment}));
      capacity_ = capacity;
    }
    bytes_ = bytes;
    std::memset(memory_, poison, bytes + 2 * fence_bytes);
    forbid_access(memory_, fence_bytes);
    forbid_access(begin() + bytes, capacity_ - fence_bytes - bytes);
  }
  // Whether the fences are whole. What a sanitizer forbids is allowed again.
  bool end_block() {
    allow_access(memory_, capacity_);
    bool whole = true;
    for (std::size_t i = 0; i < fence_bytes; ++i) whole &= memory_[i] == poison && begin()[bytes_ + i] == poison;
    return whole;
  }

  unsigned char* begin() const { return memory_ + fence_bytes; }
  std::size_t size() const { return bytes_; }
  bool holds(const void* at, std::size_t bytes) const {
    const auto* byte = static_cast<const unsigned char*>(at);
    return byte >= begin() && bytes <= bytes_ && byte <= begin() + (bytes_ - bytes);
  }

  static constexpr unsigned char poison = 0xff;

 private:
  void drop() {
    if (memory_) ::operator delete(memory_, std::align_val_t{alignment});
    memory_ = nullptr;
    capacity_ = 0;
  }

  unsigned char* memory_ = nullptr;
  std::size_t capacity_ = 0, bytes_ = 0;
};

}  // namespace boresight::impl::cuda::host
