// Threads for kernel calls, started when they are first wanted and kept as long as the pool lives. What is computed never depends
// on who computes it: work comes in items, an item is done whole by one thread, and whoever is free takes the next one, so that a
// call should have its longest items first. A call allocates nothing, but where it starts threads.
//
// No more threads are at work than the process has processors, whoever else calls: a thread of the pool comes to help only where
// a processor is free, and goes when there is none any more. The caller itself never waits for help that has not come.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <vector>

namespace boresight::impl::simd {

// Processors that this process may use, 1 at least.
int usable_processors();

// What is done with an item, by a worker of this number. It refers to a callable that outlives the call, and owns nothing.
class Body {
 public:
  template <class Callable, class = std::enable_if_t<!std::is_same_v<Callable, Body>>>
  Body(const Callable& callable)  // NOLINT: a callable is a body
      : callable_(&callable),
        call_([](const void* what, std::int64_t item, int worker) { (*static_cast<const Callable*>(what))(item, worker); }) {}
  void operator()(std::int64_t item, int worker) const { call_(callable_, item, worker); }

 private:
  const void* callable_;
  void (*call_)(const void*, std::int64_t, int);
};

class Pool {
 public:
  explicit Pool(int processors) : processors_(processors) {}
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // As parallel(). `crowded`: helpers come whether a processor is free or not.
  void run(int threads, std::int64_t count, Body body, bool crowded);

  // Starts the threads that a call with so many would want, so that it need not.
  void prepare(int threads);

 private:
  struct Job;
  class Shift;

  bool joinable(const Job& job) const;
  Job* open_job() const;
  int wanted() const;
  void grow(int helpers);
  void serve(const std::stop_token& stop);
  void work(Job& job, int worker);

  const int processors_;
  std::atomic<int> working_ = 0;  // threads: callers, and those of the pool that help
  std::atomic<int> open_ = 0;     // jobs in the list

  std::mutex mutex_;  // of all that follows
  std::condition_variable_any invited_;
  std::condition_variable left_;
  Job* first_ = nullptr;               // of those that may want help, the oldest first
  std::vector<std::jthread> threads_;  // last, so that they end before what they wait on
};

// Calls body(item, worker) for each item in [0, count), on up to `threads` threads, the calling one among them; returns when
// all are done. `worker` is in [0, threads), and no two items run at once under one worker, so that scratch memory can go
// by it. Several calls may run at once, and bodies may call; none waits for another's threads. body must not throw.
void parallel(int threads, std::int64_t count, Body body);

// Starts what parallel() would.
void prepare_threads(int threads);

// While one lives, the calls of parallel() on its thread are helped by all the threads that they ask for, however few processors
// there are. The judge's calls are: who races is to be seen racing.
class Crowd {
 public:
  Crowd();
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
};

}  // namespace boresight::impl::simd
