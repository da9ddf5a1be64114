// A plumb in sentences: what the bias of a head is, where it departs from the right one, and where visibility does.
#pragma once

#include <string>
#include <vector>

#include "problem/tensors.h"
#include "properties/probe/departures.h"

namespace boresight::properties::probe {

// The sentences, heads that say the same together; none where nothing departs. Tensors: those of the case.
std::vector<std::string> words(const Problem& problem, const Tensors& tensors, const Plumb& plumb, const Departures& found);

// Why nothing departs though something may be wrong: the gauge, in one sentence.
std::string gauge(const Problem& problem);

}  // namespace boresight::properties::probe
