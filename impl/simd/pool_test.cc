// The pool: every item once, workers never shared, calls that run at the same time, and no more threads than processors.
#include "impl/simd/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>
#include <vector>

namespace boresight::impl::simd {
namespace {

TEST(Parallel, DoesEveryItemOnceForAnyNumberOfThreads) {
  const Crowd crowd;
  for (const int threads : {0, 1, 2, 3, 7, 2000})
    for (const std::int64_t count : {0, 1, 2, 100}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
      parallel(threads, count, [&](std::int64_t item, int) { ++done[std::size_t(item)]; });
      for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
    }
}

TEST(Parallel, NeverRunsTwoItemsUnderOneWorker) {
  constexpr int threads = 4;
  for (const int processors : {1, 2, 3, 8})
    for (const bool crowded : {false, true}) {
      Pool pool(processors);
      std::vector<std::atomic<int>> busy(threads);
      std::atomic<bool> shared = false;
      pool.run(
          threads, 2000,
          [&](std::int64_t, int worker) {
            if (busy[std::size_t(worker)]++ != 0) shared = true;
            std::this_thread::yield();
            --busy[std::size_t(worker)];
          },
          crowded);
      EXPECT_FALSE(shared);
    }
}

TEST(Parallel, ServesCallsThatRunAtTheSameTime) {
  for (const int processors : {1, 2, 3, 8}) {
    Pool pool(processors);
    std::atomic<std::int64_t> sum = 0;
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 4; ++caller)
      callers.emplace_back([&, caller] {
        for (int call = 0; call < 50; ++call) pool.run(3, 20, [&](std::int64_t item, int) { sum += item; }, caller == 0);
      });
    callers.clear();
    EXPECT_EQ(sum, 4 * 50 * 190);
  }
}

TEST(Parallel, ServesCallsOutOfItsOwnItems) {
  for (const int processors : {1, 2, 8})
    for (const bool crowded : {false, true}) {
      Pool pool(processors);
      std::atomic<std::int64_t> sum = 0;
      const auto inner = [&](std::int64_t item, int) { sum += item; };
      pool.run(3, 30, [&](std::int64_t, int) { pool.run(3, 20, inner, crowded); }, crowded);
      EXPECT_EQ(sum, 30 * 190);
    }
}

// Whether so many items of a call are ever at work at once: each waits for all others, though not for ever.
bool meet(Pool& pool, int threads, bool crowded) {
  std::atomic<int> there = 0;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto wait = [&](std::int64_t, int) {
    ++there;
    while (there < threads && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  };
  pool.run(threads, threads, wait, crowded);
  return std::chrono::steady_clock::now() < give_up;
}

TEST(Parallel, IsHelpedByAsManyAsThereAreProcessors) {
  for (const int processors : {2, 3, 5}) {
    Pool pool(processors);
    EXPECT_TRUE(meet(pool, processors, false));
    EXPECT_TRUE(meet(pool, 2, false));
  }
}

TEST(Parallel, IsHelpedOutOfItsOwnItemsWhereAProcessorIsFree) {
  Pool pool(2);
  bool met = false;
  pool.run(1, 1, [&](std::int64_t, int) { met = meet(pool, 2, false); }, false);
  EXPECT_TRUE(met);
}

TEST(Parallel, IsHelpedByAllWhereItIsCrowded) {
  Pool pool(1);
  EXPECT_TRUE(meet(pool, 4, true));
}

TEST(Parallel, IsCrowdedWhileThereIsACrowd) {
  const Crowd crowd;
  const int more = usable_processors() + 2;
  std::barrier everybody(more);
  parallel(more, more, [&](std::int64_t, int) { everybody.arrive_and_wait(); });
}

TEST(Parallel, KeepsNoMoreThreadsAtWorkThanProcessorsEvenWhereCallsAreNested) {
  for (const int processors : {1, 2, 3}) {
    Pool pool(processors);
    std::atomic<int> working = 0, most = 0;
    const auto inner = [&](std::int64_t, int) {
      const int now = ++working;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::yield();
      --working;
    };
    pool.run(8, 20, [&](std::int64_t, int) { pool.run(8, 50, inner, false); }, false);
    EXPECT_LE(most, processors);
    EXPECT_GE(most, 1);
  }
}

TEST(Parallel, SendsNoHelpWhereEveryProcessorHasItsCaller) {
  Pool pool(2);
  pool.prepare(2);
  std::barrier both(2);
  std::atomic<int> helped = 0;
  const auto caller = [&] {
    pool.run(
        1, 1,
        [&](std::int64_t, int) {
          both.arrive_and_wait();
          pool.run(8, 500, [&](std::int64_t, int worker) { helped += worker > 0, std::this_thread::yield(); }, false);
          both.arrive_and_wait();
        },
        false);
  };
  std::jthread other(caller);
  caller();
  other.join();
  EXPECT_EQ(helped, 0);
}

TEST(Parallel, TakesHelpAwayWhereAnotherCallerComes) {
  Pool pool(2);
  std::barrier helper_is_there(2);
  std::atomic<bool> came = false, ended = false;
  std::atomic<int> helped_late = 0;
  std::jthread other;
  pool.run(
      2, 300,
      [&](std::int64_t item, int worker) {
        if (item < 2) helper_is_there.arrive_and_wait();
        if (item == 0) {
          other = std::jthread([&] {
            pool.run(
                1, 1,
                [&](std::int64_t, int) {
                  came = true;
                  while (!ended) std::this_thread::yield();
                },
                false);
          });
          while (!came) std::this_thread::yield();
        }
        helped_late += worker > 0 && came;
        std::this_thread::sleep_for(std::chrono::microseconds(50));  // so that a helper finds items left
      },
      false);
  ended = true;
  EXPECT_LE(helped_late, 1);  // the one that it was at
}

TEST(Parallel, MayUseSomeProcessor) { EXPECT_GE(usable_processors(), 1); }

}  // namespace
}  // namespace boresight::impl::simd
