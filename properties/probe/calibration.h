// Whether lifts can be trusted: a column that shows without a lift is lifted by two nats, and must move by just that in every
// row, give or take what is known of it. Else no lifted level can be taken down again.
#pragma once

#include "properties/probe/lift.h"
#include "properties/probe/plain_weights.h"

namespace boresight::properties::probe {

// One call, where some row shows two columns. False: a note, or `refused`, says why.
bool calibrate(Probing& probing, const PlainWeights& plain, Lifter& lifter);

}  // namespace boresight::properties::probe
