// A row of a plumb read against the right one. A constant added to the whole row cancels in softmax, so levels are compared
// with an anchor: a column that agrees with the most others about what that constant is. What no column gets (zero key,
// sink) counts as one more column.
#pragma once

#include <cstdint>
#include <vector>

#include "properties/probe/plumb.h"

namespace boresight::properties::probe {

enum class Departure : std::uint8_t {
  none,
  level,    // visible on both sides, and another level
  hidden,   // hidden here, right is visible
  visible,  // visible here, right is hidden
  broken,   // NaN or infinity
  unknown   // below reach
};

struct RowReading {
  std::int64_t anchor = -1;  // -1: no column is visible on both sides
  std::vector<Departure> columns;
  bool rest = false;  // the weight that no column gets departs
  bool departs() const;
};

RowReading read_row(const HeadPlumb& head, std::int64_t i);

// A value that all intervals share, or the reverse of an interval where there is none: empty() tells.
class Common {
 public:
  void add(const Interval& interval);
  bool empty() const { return !(low_ <= high_); }

 private:
  double low_ = -1e300, high_ = 1e300;
};

}  // namespace boresight::properties::probe
