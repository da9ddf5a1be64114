// Of a build without nvcc.
#include "impl/cuda/gpu/rows.h"

#include <stdexcept>

namespace boresight::impl::cuda::gpu {

std::string unavailable() { return "this build has no CUDA: nvcc was not there"; }

void run(Algorithm, const Problem&, const Tensors&, const Options&) { throw std::logic_error(unavailable()); }

}  // namespace boresight::impl::cuda::gpu
