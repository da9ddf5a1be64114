#include "impl/cuda/host/grid.h"

#include "impl/cuda/host/block.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace boresight::impl::cuda::host {
namespace {

void check(const Grid& grid) {
  const auto [x, y, z] = grid.blocks;
  if (!runs_grids()) throw Fault(why_no_grids);
  if (x < 0 || y < 0 || z < 0) throw Fault("blocks: a size is negative");
  if (grid.threads < warp_size || grid.threads > most_threads || grid.threads % warp_size)
    throw Fault("threads is " + std::to_string(grid.threads) + "; allowed: multiples of 32 up to 1024");
  if (grid.shared_bytes > SharedMemory::most_bytes)
    throw Fault("shared_bytes is " + std::to_string(grid.shared_bytes) + "; at most " + std::to_string(SharedMemory::most_bytes));
}

// Kernels run with floats rounded to nearest and every exception flag raised. A switch of fibers restores their control word,
// which takes 4 ns where it is the same and 60 ns where it is not; once all flags are up, no arithmetic makes it another.
#if defined(__SSE__)
class FloatState {
 public:
  FloatState() : before_(_mm_getcsr()) { _mm_setcsr(_MM_MASK_MASK | _MM_EXCEPT_MASK); }
  ~FloatState() { _mm_setcsr(before_); }
  FloatState(const FloatState&) = delete;
  FloatState& operator=(const FloatState&) = delete;

 private:
  unsigned before_;
};
#else
struct FloatState {
  FloatState() {}
};
#endif

// The thread's block is free again however the grid ends.
struct Use {
  Block& block;
  ~Use() { block.end_grid(); }
};

}  // namespace

bool runs_grids() { return fibers_here(); }

void run_grid(const Grid& grid, void (*body)(void*), void* argument) {
  check(grid);
  const FloatState float_state;
  Block& block = Block::here();
  block.begin_grid(grid.blocks, grid.threads, grid.shared_bytes);
  const Use use{block};
  const std::int64_t row = grid.blocks.x, plane = row * grid.blocks.y, count = plane * grid.blocks.z;
  const BlockOrder order(grid.schedule, count);
  for (std::int64_t turn = 0; turn < count; ++turn) {
    const std::int64_t number = order.block(turn);
    const Index at{std::int32_t(number % row), std::int32_t(number % plane / row), std::int32_t(number / plane)};
    block.run(at, number, grid.schedule, body, argument);
  }
}

}  // namespace boresight::impl::cuda::host
