// What a lifted call says of one lifted element: its level where the row is in balance (then it is known), that it is hidden
// where the highest lift shows nothing, or else the lift to try next, between those that were too low and too high.
#pragma once

#include "properties/probe/lifted_row.h"

namespace boresight::properties::probe {

// Sets the element, and lift.done, or moves the lift on. `limit`: the highest lift there is.
void step(Probing& probing, const PlainWeights& plain, double limit, Columns shown, const LiftedRow& row, Lift& lift);

}  // namespace boresight::properties::probe
