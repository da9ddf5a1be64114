// What this process runs on and was made by, for reports: what a reader needs to see the same, and nothing that names a machine.
#pragma once

#include <vector>

#include "problem/kernel.h"
#include "properties/campaign.h"

namespace boresight::cli {

// With the instruction sets of those of the kernels that can run here.
properties::Machine this_machine(const std::vector<Kernel>& kernels);

}  // namespace boresight::cli
