// For tests of what runs on the host: they are skipped, aloud, where the build has no fibers.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "impl/cuda/host/grid.h"

namespace boresight::impl::cuda::host {

struct OnFibers : testing::Test {
  void SetUp() override {
    if (!runs_grids()) GTEST_SKIP() << why_no_grids;
  }
};

// What run_grid says of a kernel that breaks a rule; "" where it breaks none.
inline std::string fault_of(const Grid& grid, const std::function<void()>& kernel) {
  try {
    run_grid(grid, kernel);
    return "";
  } catch (const Fault& fault) {
    return fault.what();
  }
}

}  // namespace boresight::impl::cuda::host
