// Levels off weights: the logarithm of a weight, above what the row's right levels stand above, with the interval that the
// weight's certified bound leaves it. What no column gets (zero key, sink) is read the same way, row by row.
#pragma once

#include "properties/probe/plain_weights.h"

namespace boresight::properties::probe {

// Of log w*, where w was computed and the true w* is within bound of it.
Interval log_interval(double w, double bound);

// Of log(1 - w*): the others of its row.
Interval log_of_rest(double w, double bound);

// The element is visible, its level `offset` above the right one, and within `interval` of it.
void set_level(HeadPlumb& head, Index i, Index c, const Interval& interval, double offset);
void set_seen(HeadPlumb& head, Index i, Index c, Seen seen);

// Sets all that the plain weights tell, of every row.
void read_levels(Probing& probing, const PlainWeights& plain);

}  // namespace boresight::properties::probe
