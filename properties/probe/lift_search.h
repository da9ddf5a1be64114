// The walk over rounds: window by window, all elements that the plain calls leave unknown are lifted at once, each by its own
// nats, and each round moves those that are not in balance yet, which halves what their lift is between.
#pragma once

#include "properties/probe/plain_weights.h"

namespace boresight::properties::probe {

// Sets what lifts tell beyond the plain levels; notes say what could not be lifted, or was lifted otherwise.
void lift_unknown(Probing& probing, const PlainWeights& plain);

}  // namespace boresight::properties::probe
