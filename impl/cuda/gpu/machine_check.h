// The wrappers of machine/device.h against their models, on the GPU that is current.
#pragma once

#include <string>

namespace boresight::impl::cuda {

// "", or what a wrapper computed that its model does not, or the call of CUDA that failed.
std::string check_machine();

}  // namespace boresight::impl::cuda
