// The pool: every item once, workers never shared, and calls that run at the same time.
#include "impl/simd/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace boresight::impl::simd {
namespace {

TEST(Parallel, DoesEveryItemOnceForAnyNumberOfThreads) {
  for (const int threads : {0, 1, 2, 3, 7})
    for (const std::int64_t count : {0, 1, 2, 100}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
      parallel(threads, count, [&](std::int64_t item, int) { ++done[std::size_t(item)]; });
      for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
    }
}

TEST(Parallel, NeverRunsTwoItemsUnderOneWorker) {
  constexpr int threads = 4;
  std::vector<std::atomic<int>> busy(threads);
  std::atomic<bool> shared = false;
  parallel(threads, 2000, [&](std::int64_t, int worker) {
    if (busy[std::size_t(worker)]++ != 0) shared = true;
    std::this_thread::yield();
    --busy[std::size_t(worker)];
  });
  EXPECT_FALSE(shared);
}

TEST(Parallel, ServesCallsThatRunAtTheSameTime) {
  std::atomic<std::int64_t> sum = 0;
  std::vector<std::jthread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int call = 0; call < 50; ++call) parallel(3, 20, [&](std::int64_t item, int) { sum += item; });
    });
  callers.clear();
  EXPECT_EQ(sum, 4 * 50 * 190);
}

}  // namespace
}  // namespace boresight::impl::simd
