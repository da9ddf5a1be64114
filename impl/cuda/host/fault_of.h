// For tests: what run_grid says of a kernel.
#pragma once

#include <functional>
#include <string>

#include "impl/cuda/host/grid.h"

namespace boresight::impl::cuda::host {

// "" where the kernel breaks no rule.
inline std::string fault_of(const Grid& grid, const std::function<void()>& kernel) {
  try {
    run_grid(grid, kernel);
    return "";
  } catch (const Fault& fault) {
    return fault.what();
  }
}

}  // namespace boresight::impl::cuda::host
