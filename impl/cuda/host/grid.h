// Runs a grid of blocks of threads on the calling thread: a kernel of machine.h without a GPU.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

#include "impl/cuda/host/fault.h"
#include "impl/cuda/host/schedule.h"
#include "impl/cuda/machine/types.h"

namespace boresight::impl::cuda::host {

struct Grid {
  Index blocks{1, 1, 1};
  int threads = warp_size;  // of a block: a multiple of 32, at most 1024
  std::size_t shared_bytes = 0;
  Schedule schedule;
};

// Whether grids can be run here; otherwise why not, in words.
bool runs_grids();
inline constexpr const char* why_no_grids = "this build leaves it out: Boost.Context is not here";

void run_grid(const Grid& grid, void (*body)(void*), void* argument);

// Every thread of every block calls body(). Throws a Fault where the kernel breaks a rule of machine.h or the grid is none, and
// whatever body throws; the rest of the grid has not run then. Any number of host threads may run grids at a time.
template <class Body>
void run_grid(const Grid& grid, Body&& body) {
  using Callee = std::remove_reference_t<Body>;
  run_grid(grid, [](void* callee) { (*static_cast<Callee*>(callee))(); }, const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace boresight::impl::cuda::host
