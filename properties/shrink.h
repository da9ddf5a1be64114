// From a failing case to the smallest that still fails, along simpler().
#pragma once

#include <cstdint>

#include "properties/laws/law.h"

namespace boresight::properties {

// The first simpler case that still fails the law on the kernel, again and again. `steps`, where given, receives how many.
Case shrunk(Case failing, const Law& law, const Kernel& kernel, std::int64_t* steps = nullptr);

}  // namespace boresight::properties
