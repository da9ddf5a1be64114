// Puts our own kernels under judgement. Alone in its file, so that a program with another registry takes that one.
#include "problem/registry.h"

#include "impl/kernels.h"

namespace boresight {

const std::vector<Kernel>& registered_kernels() { return impl::kernels(); }

}  // namespace boresight
