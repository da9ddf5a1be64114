// The memory that a call works in: arrays carved, one behind another, out of one block that the caller has. Without a block the
// same code counts how large it must be, so that what is asked for and what is used are one decision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

#include "impl/geometry.h"

namespace boresight::impl::simd {

class Workspace {
 public:
  // Every array begins at a multiple of so many bytes, and so must the block: the longest vectors, and a line of the cache.
  static constexpr std::size_t alignment = 64;

  Workspace() = default;                                                          // counts
  explicit Workspace(void* memory) : memory_(static_cast<std::byte*>(memory)) {}  // not null: carves

  // Whether there is no memory yet: whoever has taken all that it takes returns then, and touches nothing.
  bool counts() const { return memory_ == nullptr; }

  // `count` elements, whatever was in that memory before; null while it counts.
  template <class T>
  T* take(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= alignment);
    std::byte* const at = counts() ? nullptr : memory_ + bytes_;
    bytes_ += padded(count * sizeof(T), alignment);
    return reinterpret_cast<T*>(at);
  }

  // Of all that was taken so far.
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

// Objects in a workspace, built in place from the same arguments; where it counts none stays.
template <class T>
class Built {
 public:
  template <class... Arguments>
  Built(Workspace& workspace, std::int64_t count, Arguments&... arguments)
      : objects_(reinterpret_cast<T*>(workspace.take<std::byte>(std::size_t(count) * sizeof(T)))) {
    for (; count > 0; --count) {
      if (objects_ == nullptr)
        T object(arguments...);
      else
        new (objects_ + count_++) T(arguments...);
    }
  }
  ~Built() { std::destroy_n(objects_, count_); }
  Built(const Built&) = delete;
  Built& operator=(const Built&) = delete;
  T& operator[](std::int64_t at) { return objects_[at]; }

 private:
  T* objects_;
  std::int64_t count_ = 0;
};

}  // namespace boresight::impl::simd
