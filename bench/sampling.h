// Samples of a piece of work, each beside runs of the limits that it is told as a fraction of. What was disturbed is dropped, and
// the medians of the rest are quoted.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "bench/limits.h"
#include "bench/team.h"

namespace boresight::bench {

// A limit, and how much of its work (FLOP, bytes) one call can't do without.
struct Bound {
  Limit limit;
  double work = 0;
};

struct Sampled {
  double seconds = 0;  // a call: median
  double spread = 0;   // half of the samples lie in a range this wide, as a fraction of the median
  // Of each bound, the share of it that the call reached: median over samples, each by the limit as it was just before it. Empty
  // where that can't be told.
  std::vector<double> fractions;
  int samples = 0;
  int kept = 0;  // those in which nobody took the processor away
};

// Where no sample was kept, all count on one thread, whose own time stands still meanwhile; on several nothing can be told.
// For about so many seconds, and longer where calls are long or disturbed: until there are enough samples to tell a median, if
// that can be had in a few times as long. The calls run on as many threads as the team has.
Sampled sample(Team& team, const std::vector<Bound>& bounds, double seconds, const std::function<void()>& call);

// The rate of a limit alone (FLOP/s, bytes/s), by the same rules; nothing where it can't be told.
std::optional<double> rate(Team& team, const Limit& limit, double seconds);

}  // namespace boresight::bench
