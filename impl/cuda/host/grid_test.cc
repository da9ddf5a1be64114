// The runtime's own promises: who runs and in which order, and what is told of a kernel that breaks a rule.
#include "impl/cuda/host/grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "impl/cuda/host/fault_of.h"
#include "impl/cuda/machine.h"

namespace boresight::impl::cuda {
namespace {

using host::fault_of;
using host::words;

struct GridOnFibers : testing::Test {
  void SetUp() override {
    if (!host::runs_grids()) GTEST_SKIP() << host::why_no_grids;
  }
};

// The numbers in the order in which threads came to `note`.
std::vector<int> order_of(const host::Schedule& schedule, int threads, const std::function<void(std::vector<int>&)>& kernel) {
  std::vector<int> order;
  host::run_grid({{1, 1, 1}, threads, 0, schedule}, [&] {
    const host::Unwatched unwatched;  // the note is no part of the kernel
    kernel(order);
  });
  return order;
}
void note_thread(std::vector<int>& order) { order.push_back(thread()); }

std::vector<int> counted(int begin, int end) {
  std::vector<int> numbers(std::size_t(std::abs(end - begin)));
  for (int i = 0; i < int(numbers.size()); ++i) numbers[std::size_t(i)] = begin < end ? begin + i : begin - 1 - i;
  return numbers;
}

TEST_F(GridOnFibers, EveryThreadOfEveryBlockRunsOnce) {
  for (const auto& schedule : host::schedules) {
    std::vector<int> runs(2 * 3 * 4 * 96);
    host::run_grid({{2, 3, 4}, 96, 0, schedule}, [&] {
      const Index at = block(), size = blocks();
      ++runs[std::size_t(((at.z * size.y + at.y) * size.x + at.x) * 96 + thread())];
    });
    EXPECT_EQ(runs, std::vector<int>(runs.size(), 1)) << name_of(schedule);
  }
}

TEST_F(GridOnFibers, GridWithoutBlocksRunsNothing) {
  host::run_grid({{3, 0, 1}, 32}, [] { FAIL(); });
}

// ---- Schedules ----

TEST_F(GridOnFibers, ForwardAndBackwardGoByNumber) {
  EXPECT_EQ(order_of({host::Order::forward}, 96, note_thread), counted(0, 96));
  EXPECT_EQ(order_of({host::Order::backward}, 96, note_thread), counted(96, 0));
  EXPECT_EQ(order_of({host::Order::eager}, 96, note_thread), counted(0, 96));
}

TEST_F(GridOnFibers, ForwardKeepsWarpsSideBySide) {
  const auto order = order_of({host::Order::forward}, 64, [](std::vector<int>& notes) {
    for (int step = 0; step < 2; ++step) {
      if (lane() == 0) notes.push_back(step * 10 + warp());
      warp_barrier();
    }
  });
  EXPECT_EQ(order, (std::vector<int>{0, 1, 10, 11}));
}

TEST_F(GridOnFibers, EagerRunsAWarpAsFarAsItCan) {
  const auto order = order_of({host::Order::eager}, 64, [](std::vector<int>& notes) {
    for (int step = 0; step < 4; ++step) {
      if (lane() == 0) notes.push_back(step * 10 + warp());
      if (step == 1)
        barrier();
      else
        warp_barrier();
    }
  });
  EXPECT_EQ(order, (std::vector<int>{0, 10, 1, 11, 21, 31, 20, 30}));
}

TEST_F(GridOnFibers, ShuffledDependsOnItsSeedAlone) {
  const auto order = [](std::uint64_t seed) { return order_of({host::Order::shuffled, seed}, 128, note_thread); };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
  EXPECT_NE(order(1), counted(0, 128));
  std::vector<int> sorted = order(1);
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, counted(0, 128));
}

TEST_F(GridOnFibers, BlocksGoInTheScheduleOrder) {
  const auto order = [](const host::Schedule& schedule) {
    std::vector<int> blocks_run;
    host::run_grid({{3, 2, 2}, 32, 0, schedule}, [&] {
      const host::Unwatched unwatched;
      if (thread() == 0) blocks_run.push_back((block().z * 2 + block().y) * 3 + block().x);
    });
    return blocks_run;
  };
  EXPECT_EQ(order({host::Order::forward}), counted(0, 12));
  EXPECT_EQ(order({host::Order::backward}), counted(12, 0));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<int> shuffled = order({host::Order::shuffled, seed});
    std::sort(shuffled.begin(), shuffled.end());
    EXPECT_EQ(shuffled, counted(0, 12));
  }
}

// ---- Faults: the words hold the place ----

TEST_F(GridOnFibers, ThreadsThatPartAreToldByFileAndLine) {
  constexpr int line = __LINE__ + 1;
  const auto kernel = [] { thread() < 40 ? barrier() : void(ballot(true)); };
  EXPECT_EQ(fault_of({{1, 1, 1}, 64}, kernel),
            "block (0, 0, 0): deadlock: no thread can go on: threads 0-39 stand at barrier() in impl/cuda/host/grid_test.cc:" +
                std::to_string(line) +
                ", threads 40-63 stand at ballot() in impl/cuda/host/grid_test.cc:" + std::to_string(line));
}

// Two places of a kernel.
const host::Site here = host::Site::current();
const host::Site there = host::Site::current();

TEST_F(GridOnFibers, BarriersAtTwoPlacesAreADivergence) {
  EXPECT_EQ(fault_of({{1, 1, 1}, 64}, [] { barrier(thread() < 40 ? here : there); }),
            "block (0, 0, 0): divergence: thread 40 is at barrier() in " + words(there) +
                ", threads 0-39 stand at barrier() in " + words(here));
}

TEST_F(GridOnFibers, ReturnWhileOthersStandIsADivergence) {
  const auto kernel = [] {
    if (thread() != 17) barrier(here);
  };
  EXPECT_EQ(fault_of({{1, 1, 1}, 32}, kernel),
            "block (0, 0, 0): divergence: thread 17 has returned, threads 0-16 stand at barrier() in " + words(here));
  EXPECT_EQ(fault_of({{1, 1, 1}, 32, 0, {host::Order::backward}}, kernel),
            "block (0, 0, 0): divergence: thread 17 has returned, threads 18-31 stand at barrier() in " + words(here));
}

TEST_F(GridOnFibers, BarrierAfterOthersReturnedIsADivergence) {
  const auto kernel = [] {
    if (warp() == 1) barrier(here);
  };
  EXPECT_EQ(fault_of({{1, 1, 1}, 64}, kernel),
            "block (0, 0, 0): divergence: thread 32 is at barrier() in " + words(here) + ", 32 of its block have returned");
}

TEST_F(GridOnFibers, LanesAtTwoFunctionsAreADivergence) {
  const auto kernel = [] {
    if (block().x == 0) return;
    if (lane() % 2 == 0)
      ballot(true, here);
    else
      shuffle(1.0f, 0, there);
  };
  EXPECT_EQ(fault_of({{2, 1, 1}, 64}, kernel), "block (1, 0, 0): divergence: thread 1 is at shuffle() in " + words(there) +
                                                   ", thread 0 stands at ballot() in " + words(here));
}

TEST_F(GridOnFibers, ProductsOfTwoTypesAreADivergence) {
  const auto said = fault_of({{1, 1, 1}, 32}, [&] {
    float d[4] = {};
    const std::uint32_t a[4] = {}, b[2] = {};
    lane() < 16 ? multiply_add<Bf16>(d, a, b, here) : multiply_add<F16>(d, a, b, here);
  });
  EXPECT_NE(said.find("divergence: thread 16 is at multiply_add()"), said.npos) << said;
}

TEST_F(GridOnFibers, LaneThatReturnedIsMissedByItsWarp) {
  const auto said = fault_of({{1, 1, 1}, 64}, [&] {
    if (thread() == 63) return;
    warp_barrier();
  });
  EXPECT_NE(said.find("thread 63 has returned, threads 32-62 stand at warp_barrier() in impl/"), said.npos) << said;
}

TEST_F(GridOnFibers, DeadlockTellsWhereEveryThreadStands) {
  const auto kernel = [] {
    if (thread() >= 5 && thread() < 10)
      ballot(true, here);
    else
      barrier(there);
  };
  EXPECT_EQ(fault_of({{1, 1, 1}, 96}, kernel),
            "block (0, 0, 0): deadlock: no thread can go on: threads 0-4 stand at barrier() in " + words(there) +
                ", threads 5-9 stand at ballot() in " + words(here) + ", threads 10-95 stand at barrier() in " + words(there));
}

TEST_F(GridOnFibers, WhatAThreadThrowsReachesTheCaller) {
  for (const auto& schedule : host::schedules) {
    int after = 0;
    const auto kernel = [&] {
      if (thread() == 40) throw std::out_of_range("thread 40");
      barrier();
      ++after;
    };
    EXPECT_THROW(host::run_grid({{2, 1, 1}, 64, 0, schedule}, kernel), std::out_of_range);
    EXPECT_EQ(after, 0);
  }
}

// Stacks are unwound and given back: thousands of faults, and what is run next is as always.
TEST_F(GridOnFibers, FaultsLeaveNothingBehind) {
  struct Counted {
    int& alive;
    explicit Counted(int& count) : alive(++count) {}
    ~Counted() { --alive; }
  };
  int alive = 0;
  const host::Grid grid{{1, 1, 1}, 128, 1024};
  for (int i = 0; i < 50; ++i) {
    const auto said = fault_of(grid, [&] {
      const host::Unwatched unwatched;
      const Counted counted_here(alive);
      if (thread() == i) ballot(true);
      barrier();
    });
    EXPECT_NE(said, "");
    EXPECT_EQ(alive, 0);
  }
  std::vector<int> read(128);
  host::run_grid(grid, [&] {
    static_cast<int*>(shared_memory())[thread()] = thread();
    barrier();
    read[std::size_t(thread())] = static_cast<int*>(shared_memory())[127 - thread()];
  });
  EXPECT_EQ(read, counted(128, 0));
}

TEST_F(GridOnFibers, GridThatIsNoneIsRefused) {
  const auto said = [](const host::Grid& grid) { return fault_of(grid, [] {}); };
  EXPECT_EQ(said({{1, 1, 1}, 48}), "threads is 48; allowed: multiples of 32 up to 1024");
  EXPECT_EQ(said({{1, 1, 1}, 0}), "threads is 0; allowed: multiples of 32 up to 1024");
  EXPECT_EQ(said({{1, 1, 1}, 1056}), "threads is 1056; allowed: multiples of 32 up to 1024");
  EXPECT_EQ(said({{-1, 1, 1}, 32}), "blocks: a size is negative");
  EXPECT_EQ(said({{1, 1, 1}, 32, 232449}), "shared_bytes is 232449; at most 232448");
  EXPECT_EQ(fault_of({{1, 1, 1}, 32}, [] { host::run_grid({{1, 1, 1}, 32}, [] {}); }), "a grid is run from inside a kernel");
  EXPECT_EQ(said({{1, 1, 1}, 1024, 232448}), "");
}

// ---- Host threads ----

TEST_F(GridOnFibers, HostThreadsRunGridsAtTheSameTime) {
  std::vector<std::int32_t> sums(4);
  {
    std::vector<std::jthread> callers;
    for (std::size_t caller = 0; caller < sums.size(); ++caller)
      callers.emplace_back([&, caller] {
        for (int i = 0; i < 5; ++i)
          host::run_grid({{4, 1, 1}, 64, 256, {host::Order::shuffled, caller}}, [&] {
            static_cast<std::int32_t*>(shared_memory())[thread()] = thread();
            barrier();
            atomic_add(&sums[caller], static_cast<std::int32_t*>(shared_memory())[63 - thread()]);
          });
      });
  }
  EXPECT_EQ(sums, std::vector<std::int32_t>(4, 5 * 4 * 63 * 64 / 2));
}

// The caller's rounding is its own again, and no kernel sees it.
TEST_F(GridOnFibers, CallersFloatStateIsKept) {
  EXPECT_EQ(std::fesetround(FE_UPWARD), 0);
  volatile float third = 3;
  float inside = 0;
  host::run_grid({{1, 1, 1}, 32}, [&] {
    if (thread() == 0) inside = 1 / third;
  });
  const int outside = std::fegetround();
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(outside, FE_UPWARD);
  EXPECT_EQ(inside, 1 / third);
}

}  // namespace
}  // namespace boresight::impl::cuda
