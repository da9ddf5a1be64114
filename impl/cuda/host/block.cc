#include "impl/cuda/host/block.h"

#include <utility>

#include "impl/cuda/host/sanitizers.h"
#include "impl/cuda/host/switch.h"

namespace boresight::impl::cuda::host {

constinit thread_local Thread* running = nullptr;

namespace {

// ThreadSanitizer is to see other threads in the next block than in this, since nothing orders the two. Without it, one fiber is
// all that a thread needs.
constexpr int fibers_of_a_thread = races_are_watched ? 2 : 1;

}  // namespace

Block& Block::here() {
  thread_local Block block;
  return block;
}

// Every fiber ends, so that nothing that a sanitizer keeps for it is left; and what they read is freed unwatched.
Block::~Block() {
  const Unwatched unwatched;
  retired_ = true;
  running = &threads_[0];
  for (const auto& fiber : fibers_) {
    if (!fiber->started()) continue;
    running->fiber = fiber.get();
    Fiber::switch_between(host_, *fiber);
  }
  running = nullptr;
  fibers_.clear();
  std::vector<Thread>().swap(threads_);
}

// ---- A grid, a block, a thread ----

void Block::begin_grid(Index blocks, int threads, std::size_t shared_bytes) {
  if (busy_) throw Fault("a grid is run from inside a kernel");
  const Unwatched unwatched;
  while (int(fibers_.size()) < threads * fibers_of_a_thread) fibers_.push_back(std::make_unique<Fiber>(live));
  for (int i = 0; i < threads; ++i) {
    threads_[std::size_t(i)].block = this;
    threads_[std::size_t(i)].index = i;
  }
  thread_count_ = threads;
  blocks_ = blocks;
  shared_bytes_ = shared_bytes;
  busy_ = true;
  release(&grid_begins_);
}

void Block::end_grid() {
  acquire(&grid_ends_);
  busy_ = false;
}

void Block::run(Index at, std::int64_t number, const Schedule& schedule, Body body, void* argument) {
  const Unwatched unwatched;
  at_ = at;
  body_ = body;
  argument_ = argument;
  failed_ = false;
  shared_.begin_block(shared_bytes_);
  barrier_.arrived = barrier_.returned = 0;
  for (Warp& warp : warps_) warp.arrived = warp.returned = 0;
  for (int i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[std::size_t(i)];
    thread.returned = thread.fenced = false;
    thread.last_atomic = nullptr;
    thread.copies.begin_block();
    thread.fiber = fibers_[std::size_t(i * fibers_of_a_thread + turn_ % fibers_of_a_thread)].get();
  }
  ++turn_;
  ready_.fill(thread_count_);
  chooser_.begin(schedule, number);
  running = &threads_[std::size_t(chooser_.next(ready_, -1, thread_count_))];
  Fiber::switch_between(host_, *running->fiber);
  running = nullptr;
  if (!shared_.end_block() && !failed_)
    record_fault("shared memory was written outside of its " + std::to_string(shared_bytes_) + " bytes");
  if (fault_) std::rethrow_exception(std::exchange(fault_, nullptr));
}

void Block::live() {
  while (!running->block->retired_) {
    const Unwatched unwatched;
    Thread& self = *running;
    self.block->live_once(self);
    self.block->leave(self);
  }
  Fiber::switch_between(*running->fiber, running->block->host_, true);
}

// No switch to another fiber while an exception is in flight or caught: the host thread has one stack of those.
void Block::live_once(Thread& self) {
  if (failed_) return;
  acquire(&grid_begins_);
  try {
    const Watched watched;
    body_(argument_);
  } catch (const Abandoned&) {
    return;
  } catch (...) {
    record(std::current_exception());
    return;
  }
  const int number = self.index / warp_size;
  Warp& warp = warps_[number];
  ++barrier_.returned;
  ++warp.returned;
  if (failed_ || (!warp.arrived && !barrier_.arrived)) return;
  record_fault("divergence: thread " + std::to_string(self.index) + " has returned, " +
               (warp.arrived ? standing(number) : standing()));
}

void Block::leave(Thread& self) {
  release(&grid_ends_);
  self.returned = true;
  ready_.remove(self.index);
  int next = chooser_.next(ready_, self.index, thread_count_);
  if (next < 0 && !failed_ && barrier_.returned < thread_count_) {
    record_fault("deadlock: no thread can go on: " + standing());
    next = chooser_.next(ready_, self.index, thread_count_);
  }
  if (next >= 0) running = &threads_[std::size_t(next)];
  Fiber::switch_between(*self.fiber, next < 0 ? host_ : *running->fiber);
}

// ---- Meetings ----

// The running thread comes to where others stand, or will: all at one call of one place, and none has returned.
[[gnu::always_inline]] inline void Block::arrive(Thread& self, Meeting& meeting, const char* name, const Site& site, Work work,
                                                 int warp) {
  const bool alike = meeting.name == name && meeting.work == work && same(meeting.site, site);
  if (meeting.returned || (meeting.arrived && !alike)) [[unlikely]]
    fail_to_meet(self, meeting, name, site, warp);
  meeting.name = self.stands_at = name;
  meeting.site = self.site = site;
  meeting.work = work;
  ++meeting.arrived;
  ready_.remove(self.index);
}

// Until it is its turn again.
[[gnu::always_inline]] inline void Block::stand(Thread& self) {
  const int next = chooser_.next(ready_, self.index, thread_count_);
  if (next < 0) [[unlikely]]
    fail_to_go_on();
  running = &threads_[std::size_t(next)];
  if (running != &self) Fiber::switch_between(*self.fiber, *running->fiber);
  if (failed_) [[unlikely]]
    throw Abandoned{};
}

void Block::meet_block(const Site& site) {
  Thread& self = *running;
  arrive(self, barrier_, "barrier()", site, nullptr, -1);
  char* token = &barrier_.tokens[barrier_.turn % 2];
  release(token);
  if (barrier_.arrived == thread_count_) {
    barrier_.arrived = 0;
    ++barrier_.turn;
    ready_.fill(thread_count_);
  }
  stand(self);
  acquire(token);
}

void Block::meet_warp(const char* name, const Site& site, void* brought, Work work, bool orders_memory) {
  Thread& self = *running;
  const int number = self.index / warp_size;
  Warp& warp = warps_[number];
  arrive(self, warp, name, site, work, number);
  char* token = &warp.tokens[warp.turn % 2];
  if (orders_memory) release(token);
  warp.brought[self.index % warp_size] = brought;
  if (warp.arrived == warp_size) {
    if (work) work(warp.brought);
    warp.arrived = 0;
    ++warp.turn;
    ready_.add_warp(number);
  }
  stand(self);
  if (orders_memory) acquire(token);
}

// ---- Faults ----

// From here on every thread that has not returned goes on only to unwind its stack.
void Block::record(std::exception_ptr fault) {
  fault_ = std::move(fault);
  failed_ = true;
  for (int i = 0; i < thread_count_; ++i)
    if (!threads_[std::size_t(i)].returned) ready_.add(i);
}

void Block::record_fault(const std::string& what) {
  const std::string place = std::to_string(at_.x) + ", " + std::to_string(at_.y) + ", " + std::to_string(at_.z);
  record(std::make_exception_ptr(Fault("block (" + place + "): " + what)));
}

void Block::abandon(const std::string& what) {
  record_fault(what);
  throw Abandoned{};
}

void Block::fail_to_meet(const Thread& self, const Meeting& meeting, const char* name, const Site& site, int warp) {
  const std::string here = "divergence: thread " + std::to_string(self.index) + " is at " + name + " in " + words(site) + ", ";
  if (!meeting.returned) abandon(here + standing(warp));
  abandon(here + std::to_string(meeting.returned) + (warp < 0 ? " of its block" : " of its warp") + " have returned");
}

void Block::fail_to_go_on() { abandon("deadlock: no thread can go on: " + standing()); }

void Block::fail(const std::string& what, const Site& site) {
  abandon("thread " + std::to_string(running->index) + ": " + what + ", in " + words(site));
}

std::string Block::standing(int warp) const {
  const int begin = warp < 0 ? 0 : warp * warp_size, end = warp < 0 ? thread_count_ : begin + warp_size;
  const auto alike = [&](int a, int b) {
    const Thread &one = threads_[std::size_t(a)], &other = threads_[std::size_t(b)];
    return stands(one) && stands(other) && one.stands_at == other.stands_at && same(one.site, other.site);
  };
  std::string text;
  for (int first = begin; first < end;) {
    int last = first;
    while (last + 1 < end && alike(first, last + 1)) ++last;
    const Thread& thread = threads_[std::size_t(first)];
    if (stands(thread))
      text += (text.empty() ? "" : ", ") +
              (first == last ? "thread " + std::to_string(first) + " stands"
                             : "threads " + std::to_string(first) + "-" + std::to_string(last) + " stand") +
              " at " + thread.stands_at + " in " + words(thread.site);
    first = last + 1;
  }
  return text;
}

}  // namespace boresight::impl::cuda::host
