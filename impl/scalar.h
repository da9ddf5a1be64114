// The kernel `scalar`: all of the specification in plain C++, the one to compare others with and to plant mistakes in.
#pragma once

#include "problem/kernel.h"

namespace boresight::impl {

Kernel scalar_kernel();

}  // namespace boresight::impl
