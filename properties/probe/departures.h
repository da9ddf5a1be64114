// All rows of a plumb read against the right ones, and how many elements depart in which way.
#pragma once

#include <cstdint>
#include <vector>

#include "properties/probe/plumb.h"
#include "properties/probe/rows.h"

namespace boresight::properties::probe {

struct Departures {
  std::vector<std::vector<RowReading>> rows;  // [heads][n]
  std::int64_t levels = 0, hidden = 0, visible = 0, broken = 0, unknown = 0, rests = 0, rows_departing = 0;
  bool any() const { return levels + hidden + visible + broken + rests > 0; }
};
Departures departures(const Plumb& plumb);

}  // namespace boresight::properties::probe
