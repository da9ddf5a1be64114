// Whether a kernel is right up to some size and wrong from the next on: a tile's edge, a buffer that is too short, a path that
// nobody tried.
#pragma once

#include <string>

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::properties {

// For a case that the kernel fails, shrunk as far as it goes: "right up to 64 columns, wrong from 65 on"; empty: no size does it.
std::string size_edge(const Case& a_case, const Kernel& kernel);

}  // namespace boresight::properties
