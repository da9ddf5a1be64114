// Whether an input could have told: no evidence without power. A law whose case has none says Mistrusted.
#pragma once

#include "properties/compare.h"

namespace boresight::properties {

// Some output element moves by more than twice its bound when all the weight of its row goes to one visible column.
bool some_row_shows(const Certificate& certificate);

// Some output element moves by more than twice its bound when its row's bias goes.
bool some_bias_shows(const Certificate& certificate);

// Some output element of one is farther from the other's than both bounds allow: no kernel is right with the same answer to both.
bool truths_differ(const Certificate& a, const Certificate& b);

}  // namespace boresight::properties
