// Tells readings apart that fit a small case alike: larger cases of the same kind are run, and a reading that does not fit
// there is dropped. A failing case is shrunk before it is diagnosed, and on the smallest cases many readings are one.
#pragma once

#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/readings/table.h"

namespace boresight::properties::readings {

// More of each part in turn, then of all, then heads; wide enough that keys and values differ. Valid cases alone.
std::vector<Case> larger(const Case& a_case);

struct Confirmed {
  std::vector<const Reading*> readings;  // those of `fitting` that larger cases leave; never none
  bool contradicted = false;             // some larger case fits none of them: there is more to it than this
};

Confirmed confirm(const Case& a_case, const Kernel& kernel, std::vector<const Reading*> fitting);

}  // namespace boresight::properties::readings
