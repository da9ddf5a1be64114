// The kernel that lays rows ready, for GPUs.
#include "impl/cuda/gpu/launcher.h"

namespace boresight::impl::cuda::gpu {

template void Launcher::launch<Prepare>(const Rows&, std::int64_t);

cudaError_t find_prepare() {
  cudaFuncAttributes attributes;
  return cudaFuncGetAttributes(&attributes,
                               reinterpret_cast<const void*>(&entry<Prepare, Prepare::threads, Prepare::shared_bytes>));
}

}  // namespace boresight::impl::cuda::gpu
