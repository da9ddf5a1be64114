// cuda/tensor_core in f16, for GPUs.
#include "impl/cuda/gpu/launcher.h"

namespace boresight::impl::cuda {

template void attend_tensor_core_in<F16>(const Problem&, const Tensors&, const Options&, Workspace&, gpu::Launcher&);

}  // namespace boresight::impl::cuda
