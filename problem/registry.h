// The kernels under judgement. Declared here and defined once at link time: by impl/kernels.cc, by a planted mutant,
// or by a loaded library. The judge knows kernels through this alone.
#pragma once

#include <vector>

#include "problem/kernel.h"

namespace boresight {

// Every row, unavailable ones too. The order is stable.
const std::vector<Kernel>& registered_kernels();

}  // namespace boresight
