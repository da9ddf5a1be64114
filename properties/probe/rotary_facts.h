// Rotary from outside: which entries turn together, by which angles, and what persistent keys see of it.
#pragma once

#include <vector>

#include "properties/probe/facts.h"

namespace boresight::properties::probe {

std::vector<Fact> rotary_facts(const Case& a_case, const Kernel& kernel, const Plumb& seen);

}  // namespace boresight::properties::probe
