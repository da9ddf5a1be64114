// What a recovered bias is, in words: which form fits every recovered element within its interval (an ALiBi line of some
// slope and origin, with or without the absolute value, over persistent columns or not; none at all; another head's; the
// right one reversed or stretched), where it departs from the right one, and where visibility does.
#pragma once

#include <string>
#include <vector>

#include "problem/tensors.h"
#include "properties/probe/plumb.h"
#include "properties/probe/rows.h"

namespace boresight::properties::probe {

struct Departures {
  std::vector<std::vector<RowReading>> rows;  // [heads][n]
  std::int64_t levels = 0, hidden = 0, visible = 0, broken = 0, unknown = 0, rests = 0, rows_departing = 0;
  bool any() const { return levels + hidden + visible + broken + rests > 0; }
};
Departures departures(const Plumb& plumb);

// The sentences, heads that say the same together; none where nothing departs. Tensors: those of the case.
std::vector<std::string> words(const Problem& problem, const Tensors& tensors, const Plumb& plumb, const Departures& found);

// Why nothing departs though something may be wrong: the gauge, in one sentence.
std::string gauge(const Problem& problem);

// For a diagnosis that found no reading: the first sentences of a probe of this case; empty where it finds nothing, or takes
// too long.
std::string probed(const Case& a_case, const Kernel& kernel);

}  // namespace boresight::properties::probe
