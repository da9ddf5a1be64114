// A fiber: a stack of its own, and a place in the program to go on from, on the host thread that made it. Switches are
// Boost.Context's (10 ns), told to the sanitizers. Where the build has no Boost.Context there are none, and fibers_here() says
// so.
#pragma once

#include <cstddef>

namespace boresight::impl::cuda::host {

bool fibers_here();

class alignas(64) Fiber {
 public:
  using Entry = void (*)();

  // The host thread itself, as one to switch from and back to.
  Fiber();
  // Begins `entry` on a stack of its own when first switched to. `entry` never returns: it switches away for good.
  explicit Fiber(Entry entry);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Suspends `from`, which is running, until another switches to it, and goes on with `to`. In host/switch.h.
  static void switch_between(Fiber& from, Fiber& to, bool for_good = false);

  bool started() const { return started_; }

 private:
  struct Begin;  // where a stack begins
  static void arrived(Fiber& here, void* from_context);

  void* context_ = nullptr;  // where it goes on
  Fiber* came_from_ = nullptr;
  Entry entry_ = nullptr;
  char* stack_ = nullptr;  // of stack_bytes, above a guard page
  bool started_ = false;
  // For the sanitizers.
  void* tsan_ = nullptr;
  void* fake_stack_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace boresight::impl::cuda::host
