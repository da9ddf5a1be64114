#include "impl/cuda/gpu/machine_check.h"

#include <vector>

#include "impl/cuda/machine/probe.h"

namespace boresight::impl::cuda {
namespace {

__global__ void __launch_bounds__(Probe::threads) probe(ProbeLane* lanes, std::int32_t* count) { Probe::run(lanes, count); }

// Memory of the GPU for as long as this lives.
struct Memory {
  void* data = nullptr;
  explicit Memory(std::size_t bytes) : status(cudaMalloc(&data, bytes)) {}
  ~Memory() { cudaFree(data); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  cudaError_t status;
};

}  // namespace

std::string check_machine() {
  constexpr int blocks = 64;
  std::vector<ProbeLane> lanes = probe_inputs(blocks, 1);
  const std::size_t bytes = lanes.size() * sizeof(ProbeLane);
  std::int32_t count = 0;
  const Memory on_gpu(bytes), count_on_gpu(sizeof count);
  const auto failed = [](const char* call, cudaError_t status) { return std::string(call) + ": " + cudaGetErrorString(status); };
  if (on_gpu.status) return failed("cudaMalloc", on_gpu.status);
  if (count_on_gpu.status) return failed("cudaMalloc", count_on_gpu.status);
  if (const auto status = cudaMemcpy(on_gpu.data, lanes.data(), bytes, cudaMemcpyHostToDevice))
    return failed("cudaMemcpy", status);
  if (const auto status = cudaMemset(count_on_gpu.data, 0, sizeof count)) return failed("cudaMemset", status);
  probe<<<blocks, Probe::threads, Probe::shared_bytes>>>(static_cast<ProbeLane*>(on_gpu.data),
                                                         static_cast<std::int32_t*>(count_on_gpu.data));
  if (const auto status = cudaGetLastError()) return failed("the launch of the probe", status);
  if (const auto status = cudaDeviceSynchronize()) return failed("the probe", status);
  if (const auto status = cudaMemcpy(lanes.data(), on_gpu.data, bytes, cudaMemcpyDeviceToHost))
    return failed("cudaMemcpy", status);
  if (const auto status = cudaMemcpy(&count, count_on_gpu.data, sizeof count, cudaMemcpyDeviceToHost))
    return failed("cudaMemcpy", status);
  return probe_difference(lanes, count);
}

}  // namespace boresight::impl::cuda
