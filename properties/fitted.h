// A drawn case bent to what a kernel supports. Few drawn cases would suit a kernel that takes one type and one bias alone, and a
// skip is no evidence: of each, all that the kernel takes is kept, feature by feature, and only the rest is left out.
#pragma once

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::properties {

// The case itself where the kernel takes it, or takes nothing like it. A function of both alone.
Case fitted(const Case& a_case, const Kernel& kernel);

}  // namespace boresight::properties
