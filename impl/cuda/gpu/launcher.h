// Launches kernels in a stream. For nvcc alone: each kernel is compiled by one .cu, and declared here for the others.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "impl/cuda/gpu/check.h"
#include "impl/cuda/launches.h"

namespace boresight::impl::cuda::gpu {

// At the least one block is to be at once on a multiprocessor: left open, ptxas would rather spill than have one alone.
// `threads` and `shared_bytes` stand in the name, so that who reads what ptxas tells of a kernel knows them (tests/cuda_gate.py).
template <class Kernel, int threads, std::size_t shared_bytes>
__global__ void __launch_bounds__(threads, 1) entry(const __grid_constant__ typename Kernel::Parameters parameters) {
  Kernel::run(parameters);
}

inline constexpr std::size_t shared_bytes_of_any_kernel = 48 * 1024;  // more must be allowed
inline constexpr std::size_t shared_bytes_max = 163 * 1024;           // of a block of sm_80; tests/cuda_gate.py reads it here

struct Launcher {
  TableViews tables;
  cudaStream_t stream;
  bool only_loads = false;  // what would be launched, so that a later launch loads nothing

  void clear(void* at, std::size_t bytes) {
    if (!only_loads) check(cudaMemsetAsync(at, 0, bytes, stream), "cudaMemsetAsync");
  }

  template <class Kernel>
  void launch(const typename Kernel::Parameters& parameters, std::int64_t items);

 private:
  // Once a device. A kernel's code is loaded when it is first asked about, or else by its first launch, which may then allocate
  // and wait for the device.
  template <class Kernel>
  static void load(const void* kernel) {
    static std::atomic<std::uint64_t> loaded{0};  // a bit for each device; those past the 64th are asked every time
    int device = 0;
    check(cudaGetDevice(&device), "cudaGetDevice");
    const std::uint64_t bit = device < 64 ? std::uint64_t{1} << device : 0;
    if (loaded.load(std::memory_order_relaxed) & bit) return;
    cudaFuncAttributes attributes;
    check(cudaFuncGetAttributes(&attributes, kernel), "cudaFuncGetAttributes");
    if constexpr (Kernel::shared_bytes > shared_bytes_of_any_kernel) {
      check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(Kernel::shared_bytes)),
            "cudaFuncSetAttribute, shared memory", Kernel::shared_bytes);
      // As much of the memory that the cache shares as there is, so that several blocks may fit: a hint.
      check(cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxShared),
            "cudaFuncSetAttribute, carve-out");
    }
    loaded.fetch_or(bit, std::memory_order_relaxed);
  }
};

// Not inline, so that who only calls it compiles no kernel.
template <class Kernel>
void Launcher::launch(const typename Kernel::Parameters& parameters, std::int64_t items) {
  static_assert(Kernel::shared_bytes <= shared_bytes_max && Kernel::threads <= 1024 && (Kernel::threads & (warp_size - 1)) == 0);
  static_assert(sizeof parameters <= 4096);
  if (items <= 0) return;
  const void* const kernel = reinterpret_cast<const void*>(&entry<Kernel, Kernel::threads, Kernel::shared_bytes>);
  load<Kernel>(kernel);
  if (only_loads) return;
  void* arguments[] = {const_cast<typename Kernel::Parameters*>(&parameters)};
  const unsigned blocks = unsigned(std::min<std::int64_t>(items, std::numeric_limits<std::int32_t>::max()));
  check(cudaLaunchKernel(kernel, dim3(blocks), dim3(Kernel::threads), arguments, Kernel::shared_bytes, stream),
        "cudaLaunchKernel");
}

extern template void Launcher::launch<Prepare>(const Rows&, std::int64_t);

// What cudaFuncGetAttributes answers for Prepare: whether the current device has code of ours.
cudaError_t find_prepare();

}  // namespace boresight::impl::cuda::gpu

namespace boresight::impl::cuda {

extern template void attend_tiled(const Problem&, const Tensors&, const Options&, Workspace&, gpu::Launcher&);
extern template void attend_tensor_core_in<Bf16>(const Problem&, const Tensors&, const Options&, Workspace&, gpu::Launcher&);
extern template void attend_tensor_core_in<F16>(const Problem&, const Tensors&, const Options&, Workspace&, gpu::Launcher&);
extern template void attend_decode(const Problem&, const Tensors&, const Options&, Workspace&, gpu::Launcher&);

}  // namespace boresight::impl::cuda
