#include "strangers/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace boresight::strangers {

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), base_(std::exchange(other.base_, nullptr)) {}

SharedMemory::~SharedMemory() {
  if (base_ != nullptr) munmap(base_, memory_bytes);
  if (descriptor_ >= 0) close(descriptor_);
}

std::byte* SharedMemory::map(int descriptor, Side side) {
  const int access = PROT_READ | PROT_WRITE;
  void* const all = side == Side::judge
                        ? mmap(nullptr, memory_bytes, access, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
                        : mmap(nullptr, memory_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  std::byte* const base = static_cast<std::byte*>(all);
  if (side == Side::judge) return base;
  const auto show = [&](std::uint64_t begin, std::uint64_t size) {
    return mmap(base + begin, size, access, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, descriptor, off_t(begin)) != MAP_FAILED;
  };
  bool shown = show(0, header_bytes);
  for (std::size_t slot = 0; slot < slot_count; ++slot) shown = shown && show(slot_begin(slot), slot_bytes);
  return shown ? base : nullptr;
}

SharedMemory SharedMemory::create() {
  SharedMemory memory;
  memory.descriptor_ = memfd_create("boresight", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory.descriptor_ < 0 || ftruncate(memory.descriptor_, off_t(memory_bytes)) != 0) return memory;
  // A library that makes whatever is open shorter would end its judge by the next look at it.
  if (fcntl(memory.descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return memory;
  memory.base_ = map(memory.descriptor_, Side::judge);
  return memory;
}

SharedMemory SharedMemory::attach(int descriptor) {
  SharedMemory memory;
  memory.descriptor_ = descriptor;
  memory.base_ = map(descriptor, Side::worker);
  return memory;
}

}  // namespace boresight::strangers
