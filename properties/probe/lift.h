// A lift: nats that q.k adds to the score of one column in one row, so that a weight too small to read shows, and that are
// known exactly, since the reference computes the same call. Each column of a window is lifted by entries of its own.
#pragma once

#include <optional>
#include <vector>

#include "problem/arithmetic.h"
#include "properties/probe/probing.h"

namespace boresight::properties::probe {

inline constexpr double resolution = 0x1p-4;  // nats: what the plain call knows less well is lifted
inline constexpr double balanced = 0x1p-6;    // of a row's weight, on the lifted columns together and on the others: well lifted

struct Lift {  // of one element that is not known well enough yet
  std::size_t head;
  Index i, k;                       // k: column first + k of the window
  double nats = 0;                  // this call's
  double low = 0, high = infinity;  // the right lift is between
  bool walked = false;              // was guessed from its neighbours
  bool done = false;
};

struct Lifter {
  Switched switched;           // the problem of a lifted call, and the entries that carry lifts
  double limit = 0;            // nats: what shows no weight then is hidden
  double key = 1;              // a power of two that keeps q small enough for f16
  bool fine = false;           // a second entry carries what rounding left of the first
  reference::Attention truth;  // of the last lifted call
  Index columns_max() const { return Index(switched.entries.size()) / (fine ? 2 : 1); }
};

// Nothing, and a note says why, where this kernel's columns can't be lifted.
std::optional<Lifter> lifter(Probing& probing);

// One call with the lifts that are not done; leaves its truth in the lifter and its bounds in `probing`. False: refused.
bool shoot_lifted(Probing& probing, Lifter& lifter, Columns shown, const std::vector<Lift>& lifts, Results& got);

}  // namespace boresight::properties::probe
