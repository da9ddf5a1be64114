#include "impl/cuda/host/rows.h"

#include <algorithm>
#include <cstring>

#include "impl/cuda/host/grid.h"
#include "impl/cuda/launches.h"
#include "impl/simd/memory.h"

namespace boresight::impl::cuda::host {
namespace {

struct Launcher {
  Schedule schedule;
  TableViews tables;

  void clear(void* at, std::size_t bytes) { std::memset(at, 0, bytes); }
  template <class Kernel>
  void launch(const typename Kernel::Parameters& parameters, std::int64_t items) {
    // Fewer blocks than items, so that blocks go on to a second one.
    const std::int32_t blocks = std::int32_t(std::min<std::int64_t>((items + 1) / 2, 1 << 20));
    if (blocks > 0) run_grid({{blocks, 1, 1}, Kernel::threads, Kernel::shared_bytes, schedule}, [&] { Kernel::run(parameters); });
  }
};

Schedule schedule_of(const Problem& problem) {
  const auto g = geometry_of(problem);
  const std::uint64_t mix = std::uint64_t(g.rows().size()) + 3 * std::uint64_t(g.columns().size()) +
                            5 * std::uint64_t(problem.heads) + 7 * std::uint64_t(problem.head_dim) +
                            11 * std::uint64_t(problem.batch);
  return {Order(place_of<std::uint64_t>(mix, 4).at), mix};
}

}  // namespace

std::string unavailable() { return runs_grids() ? "" : why_no_grids; }

void run(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options) {
  const Tables tables(problem, geometry_of(problem));
  Launcher launcher{schedule_of(problem), tables.views()};
  Workspace needs;
  attend(algorithm, problem, tensors, options, needs, launcher);
  const simd::Block block = simd::block_of(needs.bytes());
  Workspace workspace(block.get());
  attend(algorithm, problem, tensors, options, workspace, launcher);
}

}  // namespace boresight::impl::cuda::host
