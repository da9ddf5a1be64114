// A kernel that spills, for tests/cuda_gate.py to find: more numbers are alive at once than a thread of so many may have registers.
#include <cstddef>

struct Spills {
  struct Parameters {
    float* at;
  };
};

template <class Kernel, int threads, std::size_t shared_bytes>
__global__ void __launch_bounds__(threads) entry(const __grid_constant__ typename Kernel::Parameters parameters) {
  float alive[128];
#pragma unroll
  for (int k = 0; k < 128; ++k) alive[k] = parameters.at[k * threads + threadIdx.x];
  __syncthreads();
#pragma unroll
  for (int k = 0; k < 128; ++k) parameters.at[k * threads + threadIdx.x] = alive[k] * alive[127 - k];
}

template __global__ void entry<Spills, 1024, 0>(const __grid_constant__ Spills::Parameters);
