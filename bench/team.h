// Threads that start a piece of work at the same moment, and the time that it took. They sleep between two pieces, and are awake
// before the clock starts, so that a millisecond of work is timed as one.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "bench/clock.h"

namespace boresight::bench {

class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int threads() const { return threads_; }
  // work(thread) on every thread at once, the calling one is thread 0. It must not throw.
  Stretch time(const std::function<void(int)>& work);

 private:
  void help(int thread);

  int threads_;
  const std::function<void(int)>* work_ = nullptr;  // null: the team is dismissed
  std::atomic<int> called_ = 0, started_ = 0;       // pieces of work so far
  std::atomic<int> awake_ = 0, done_ = 0;           // helpers, in this piece
  std::vector<std::jthread> helpers_;
};

}  // namespace boresight::bench
