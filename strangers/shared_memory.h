// Memory that the judge and one worker share: a Message, and a slot for each tensor of a call. A tensor ends where its slot ends,
// and in the worker nothing is mapped between slots: whoever goes past the end of a tensor is stopped there, and named.
#pragma once

#include <cstddef>
#include <cstdint>

#include "strangers/message.h"

namespace boresight::strangers {

// Slots of memory that is there once it is touched. What outputs were when a kernel returned is kept behind the tensors.
inline constexpr std::uint64_t header_bytes = 128 * 1024;
inline constexpr std::uint64_t slot_bytes = std::uint64_t{1} << 32, gap_bytes = std::uint64_t{1} << 20;
inline constexpr std::size_t returned_slots = 2, slot_count = tensor_count + returned_slots;
static_assert(sizeof(Message) <= header_bytes);

constexpr std::uint64_t slot_begin(std::size_t slot) { return header_bytes + gap_bytes + slot * (slot_bytes + gap_bytes); }
constexpr std::uint64_t slot_end(std::size_t slot) { return slot_begin(slot) + slot_bytes; }
inline constexpr std::uint64_t memory_bytes = slot_begin(slot_count);

// Where what an output held when its kernel returned is kept: `size` bytes, for the output in this tensor slot.
constexpr std::uint64_t returned_at(std::size_t output) { return slot_begin(output + returned_slots); }

class SharedMemory {
 public:
  enum class Side : std::uint8_t { judge, worker };

  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();

  // A new one, for the judge; no memory where `good()` is false, with errno.
  static SharedMemory create();
  // The worker's view of it.
  static SharedMemory attach(int descriptor);

  bool good() const { return base_ != nullptr; }
  int descriptor() const { return descriptor_; }
  std::byte* at(std::uint64_t offset) const { return base_ + offset; }
  Message& message() const { return *reinterpret_cast<Message*>(base_); }

 private:
  static std::byte* map(int descriptor, Side side);
  int descriptor_ = -1;
  std::byte* base_ = nullptr;
};

}  // namespace boresight::strangers
