// The weights of a kernel at q = k = 0: every column of every row, with its bound. Where a row is what a right kernel may
// compute, the bounds stand around the truth, else around what was computed.
#pragma once

#include <vector>

#include "properties/probe/probing.h"

namespace boresight::properties::probe {

struct PlainWeights {
  std::vector<reference::Matrix> weight, bound;  // a head each, [n][K]
  std::vector<bool> consistent;                  // [heads * n]: all calls show what a right kernel may compute
};

// As many calls as there are windows; also takes the lse of the first. Ends early where one is refused.
PlainWeights plain_weights(Probing& probing);

}  // namespace boresight::properties::probe
