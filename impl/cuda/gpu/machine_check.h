// The wrappers of machine/device.h against their models, on the GPU that is current: what runs first on one, so that a wrapper
// that is wrong is told here, and not by a kernel.
#pragma once

#include <string>

namespace boresight::impl::cuda::gpu {

// "", or what a wrapper computed that its model does not. Throws Failure.
std::string check_machine();

}  // namespace boresight::impl::cuda::gpu
