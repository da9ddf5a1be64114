// One block of threads on the host, each thread a fiber, one of which runs at a time. Here they meet: barriers, and what a warp
// does together. What they meet for is done by the last to arrive while the others stand still, on what all of them brought.
// Threads that part where they must meet are a divergence, threads that wait for ever a deadlock: a Fault, thrown out of run().
// Threads left over unwind their stacks by an exception, so that kernels are not noexcept, and catch nothing.
// One host thread has one Block at most, and runs one grid at a time; host threads share nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "impl/cuda/host/copies.h"
#include "impl/cuda/host/fault.h"
#include "impl/cuda/host/fiber.h"
#include "impl/cuda/host/schedule.h"
#include "impl/cuda/host/shared_memory.h"
#include "impl/cuda/machine/types.h"

namespace boresight::impl::cuda::host {

class Block;

struct alignas(64) Thread {  // what every switch touches is one line of the cache
  Fiber* fiber = nullptr;
  Block* block = nullptr;
  const char* stands_at = "";  // what it called last, that others must call too
  Site site{};
  std::int32_t index = 0;
  bool returned = false;
  bool fenced = false;                  // since its block began
  std::int32_t* last_atomic = nullptr;  // since its last fence
  alignas(64) Copies copies;
};

// The one that runs on this host thread.
extern constinit thread_local Thread* running;

class Block {
 public:
  using Body = void (*)(void* argument);
  // What lanes meet for: of_lane[i] is what lane i brought.
  using Work = void (*)(void* const (&of_lane)[warp_size]);

  Block() = default;
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // This host thread's.
  static Block& here();

  // Before the blocks of a grid. Throws a Fault where a grid is running here already.
  void begin_grid(Index blocks, int threads, std::size_t shared_bytes);
  void end_grid();
  // Every thread runs body(argument) to its end. Throws a Fault, or what a thread threw.
  void run(Index at, std::int64_t number, const Schedule& schedule, Body body, void* argument);

  Index at() const { return at_; }
  Index blocks() const { return blocks_; }
  const SharedMemory& shared_memory() const { return shared_; }

  // For the running thread, within an Unwatched.
  void meet_block(const Site& site);
  void meet_warp(const char* name, const Site& site, void* brought, Work work, bool orders_memory);
  // Ends the block by a Fault, of the running thread at `site`.
  [[noreturn]] void fail(const std::string& what, const Site& site);

 private:
  struct Abandoned {};  // unwinds a thread of a block that has failed
  // Where a group of threads meets: a barrier's, or a warp.
  struct Meeting {
    const char* name = "";
    Site site{};
    Work work = nullptr;
    int arrived = 0, returned = 0;
    // What ThreadSanitizer orders them by, in turns: who is fast must not release to who has yet to acquire.
    int turn = 0;
    char tokens[2] = {};
  };
  struct Warp : Meeting {
    void* brought[warp_size];
  };

  static void live();  // what a fiber does: the threads that it is given, one block after another
  void live_once(Thread& self);
  void leave(Thread& self);
  void arrive(Thread& self, Meeting& meeting, const char* name, const Site& site, Work work, int warp);
  void stand(Thread& self);
  void record(std::exception_ptr fault);
  void record_fault(const std::string& what);
  [[noreturn]] void abandon(const std::string& what);
  [[noreturn]] void fail_to_meet(const Thread& self, const Meeting& meeting, const char* name, const Site& site, int warp);
  [[noreturn]] void fail_to_go_on();
  bool stands(const Thread& thread) const { return !ready_.contains(thread.index) && !thread.returned; }
  std::string standing(int warp = -1) const;  // "threads 0-15 stand at barrier() in f.h:12, .."; of this warp, or of all

  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Thread> threads_{most_threads};
  Warp warps_[most_threads / warp_size];
  Meeting barrier_;
  Fiber host_;
  SharedMemory shared_;

  int thread_count_ = 0;
  Index blocks_, at_;
  std::size_t shared_bytes_ = 0;
  std::int64_t turn_ = 0;  // blocks that have run here
  Chooser chooser_;
  ThreadSet ready_;
  Body body_ = nullptr;
  void* argument_ = nullptr;
  bool busy_ = false, failed_ = false, retired_ = false;
  std::exception_ptr fault_;
  char grid_begins_ = 0, grid_ends_ = 0;  // for ThreadSanitizer
};

}  // namespace boresight::impl::cuda::host
