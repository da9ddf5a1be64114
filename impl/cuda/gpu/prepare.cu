// The kernel that lays rows ready, for GPUs.
#include "impl/cuda/gpu/launcher.h"

template void boresight::impl::cuda::gpu::Launcher::launch<boresight::impl::cuda::Prepare>(const boresight::impl::cuda::Rows&,
                                                                                           std::int64_t);
