// No time without agreement: a kernel is run on the very call that is to be timed, and held to the truth within the certified
// bound of the arithmetic that it declares.
#pragma once

#include <string>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/call.h"

namespace boresight::bench {

struct Agreement {
  std::string refused;   // why it is not timed; empty: it agrees
  double largest = 0;    // error / bound
  double rows_seen = 0;  // share of the rows that were held to the truth
};

// The truth is in double and holds whole rows, so that of a large call some rows are held to it: as many as make scores_seen_max
// of all heads, the last ones, or half of them the first ones where later columns are hidden from those. The kernel computes all
// of them.
inline constexpr double scores_seen_max = 1 << 21;

// `name` is the call's: truths are kept for the next kernel on it.
Agreement judged(const std::string& name, const properties::Call& call, Layout layout, const Kernel& kernel,
                 const Options& options);

}  // namespace boresight::bench
