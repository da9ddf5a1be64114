#include "impl/cuda/gpu/machine_check.h"

#include <vector>

#include "impl/cuda/gpu/check.h"
#include "impl/cuda/gpu/device.h"
#include "impl/cuda/machine/probe.h"

namespace boresight::impl::cuda::gpu {
namespace {

__global__ void __launch_bounds__(Probe::threads) probe(ProbeLane* lanes, std::int32_t* count) { Probe::run(lanes, count); }

}  // namespace

std::string check_machine() {
  constexpr int blocks = 64;
  std::vector<ProbeLane> lanes = probe_inputs(blocks, 1);
  const std::size_t bytes = lanes.size() * sizeof(ProbeLane);
  std::int32_t count = 0;
  void* const stream = stream_of_this_thread();
  Memory lanes_memory(Where::device), count_memory(Where::device);
  auto* const lanes_there = reinterpret_cast<ProbeLane*>(lanes_memory.of(bytes));
  auto* const count_there = reinterpret_cast<std::int32_t*>(count_memory.of(sizeof count));
  copy(lanes_there, lanes.data(), bytes, stream);
  fill(count_there, 0, sizeof count, stream);
  probe<<<blocks, Probe::threads, Probe::shared_bytes, static_cast<cudaStream_t>(stream)>>>(lanes_there, count_there);
  check(cudaGetLastError(), "the launch of the probe");
  copy(lanes.data(), lanes_there, bytes, stream);
  copy(&count, count_there, sizeof count, stream);
  wait(stream);
  return probe_difference(lanes, count);
}

}  // namespace boresight::impl::cuda::gpu
