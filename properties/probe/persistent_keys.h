// What persistent keys see of rotary: they are not turned, so that a query's own position is all that is between the two.
#pragma once

#include "properties/probe/facts.h"

namespace boresight::properties::probe {

// For a problem with rotary and persistent keys.
Fact persistent_keys(const Case& a_case, const Kernel& kernel, const Plumb& seen);

}  // namespace boresight::properties::probe
