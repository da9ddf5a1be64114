// Tables on the device.
#pragma once

#include "impl/cuda/gpu/device.h"

namespace boresight::impl::cuda::gpu {

// In this memory, which grows to hold them; there before anything that comes later in the stream.
TableViews upload(const Tables& tables, Memory& memory, void* stream);

}  // namespace boresight::impl::cuda::gpu
