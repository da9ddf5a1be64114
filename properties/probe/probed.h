// A short probe for a diagnosis that found no reading.
#pragma once

#include <string>

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::properties::probe {

// The first sentences of a probe of this case; empty where it finds nothing, or takes too long.
std::string probed(const Case& a_case, const Kernel& kernel);

}  // namespace boresight::properties::probe
