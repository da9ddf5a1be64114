// The table of our own kernels: a row each. Unavailable rows stay and say why.
#pragma once

#include <vector>

#include "problem/kernel.h"

namespace boresight::impl {

const std::vector<Kernel>& kernels();

}  // namespace boresight::impl
