// cuda/decode, for GPUs.
#include "impl/cuda/gpu/launcher.h"

namespace boresight::impl::cuda {

template void attend_decode(const Problem&, const Tensors&, const Options&, Workspace&, gpu::Launcher&);

}  // namespace boresight::impl::cuda
