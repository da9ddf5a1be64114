// A thread's asynchronous copies (cp.async) that have not landed. The destination is poisoned when one is asked for; it lands,
// and its source is read, when its thread waits for its group: as late as a GPU may do it. Called within an Unwatched.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "impl/cuda/host/shared_memory.h"

namespace boresight::impl::cuda::host {

class Copies {
 public:
  static constexpr std::size_t bytes = 16;

  void begin_block() {
    waiting_.clear();
    landed_ = 0;
    group_ = 0;
  }
  // `from` is null: zeros.
  void ask(void* to, const void* from) {
    watched_write(to, bytes);
    std::memset(to, SharedMemory::poison, bytes);
    waiting_.push_back({to, from, group_});
  }
  void commit() { ++group_; }
  // All groups that are closed but the latest `pending`.
  void wait(int pending) {
    for (; landed_ < waiting_.size() && waiting_[landed_].group + pending < group_; ++landed_) {
      const Copy& copy = waiting_[landed_];
      watched_write(copy.to, bytes);
      if (copy.from) {
        watched_read(copy.from, bytes);
        std::memcpy(copy.to, copy.from, bytes);
      } else {
        std::memset(copy.to, 0, bytes);
      }
    }
    if (landed_ * 2 < waiting_.size()) return;
    waiting_.erase(waiting_.begin(), waiting_.begin() + std::ptrdiff_t(landed_));
    landed_ = 0;
  }

 private:
  struct Copy {
    void* to;
    const void* from;
    std::int64_t group;
  };
  std::vector<Copy> waiting_;  // in order of group; the first landed_ have landed
  std::size_t landed_ = 0;
  std::int64_t group_ = 0;  // the open one's number
};

}  // namespace boresight::impl::cuda::host
