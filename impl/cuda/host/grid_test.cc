// The runtime's own promises: who runs, in which order, and what is told of a kernel that breaks a rule.
#include "impl/cuda/host/grid.h"

#include <gtest/gtest.h>

#include "impl/cuda/host/test_grid.h"
#include "impl/cuda/machine.h"

namespace boresight::impl::cuda {
namespace {

struct RunGrid : host::OnFibers {};

TEST_F(RunGrid, EveryThreadOfEveryBlockRunsOnce) {
  for (const auto& schedule : host::schedules) {
    std::vector<int> runs(2 * 3 * 4 * 96);
    host::run_grid({{2, 3, 4}, 96, 0, schedule}, [&] {
      const Index at = block(), size = blocks();
      ++runs[std::size_t(((at.z * size.y + at.y) * size.x + at.x) * 96 + thread())];
    });
    EXPECT_EQ(runs, std::vector<int>(runs.size(), 1)) << name_of(schedule);
  }
}

TEST_F(RunGrid, BarrierMakesWritesSeen) {
  for (const auto& schedule : host::schedules) {
    std::vector<int> read(128);
    host::run_grid({{1, 1, 1}, 128, 128 * sizeof(int), schedule}, [&] {
      int* shared = static_cast<int*>(shared_memory());
      shared[thread()] = thread();
      barrier();
      read[std::size_t(thread())] = shared[127 - thread()];
    });
    for (int i = 0; i < 128; ++i) EXPECT_EQ(read[std::size_t(i)], 127 - i);
  }
}

}  // namespace
}  // namespace boresight::impl::cuda
