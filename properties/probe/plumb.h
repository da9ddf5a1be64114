// The plumb bob: what a kernel, of which only the outputs are known, adds to every score, and which columns it lets every
// row see. At q = k = 0 a score is its bias, and with one-hot values the output is the weights, value_dim columns a call.
// A weight that is too small to read is lifted by its key, by a number of nats that is known exactly, and taken down again.
//
// Each element comes with its own interval, from the certified bound of the very call that showed it: around the truth where
// the row is what a right kernel may compute, so that a right kernel never departs, else around what was computed. Constants
// added to a whole row of scores cancel in softmax: `Row` (rows.h) compares levels with an anchor of their row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/probe/seen.h"
#include "reference/matrix.h"

namespace boresight::properties::probe {

struct Interval {
  double low, high;
  bool meets(const Interval& other) const { return low <= other.high && other.low <= high; }
};

// One sequence and query head. Columns are those of the problem, 0 .. K-1. Levels are logarithms of weights at q.k = 0.
struct HeadPlumb {
  reference::Flags right_visible;  // [n][K]
  reference::Matrix right;         // [n][K], by the reference; hidden columns too: what they would have
  std::vector<Seen> seen;          // [n * K]
  reference::Matrix low, high;     // [n][K], of recovered - right, where seen is visible
  reference::Matrix offset;        // [n][K], recovered - right
  std::vector<Interval> rest;      // [n], of log(weight that no column gets) - right; empty without zero key and sink
  std::vector<double> rest_right;  // [n]
  std::vector<double> right_base;  // [n], what `right` stands above: the lse at q.k = 0, 0 where the row is empty
  std::vector<double> lse;         // [n], as the kernel gave it; empty: it gives none
  Seen at(std::int64_t i, std::int64_t c) const { return seen[std::size_t(i * right.cols() + c)]; }
  double recovered(std::int64_t i, std::int64_t c) const { return right(i, c) + offset(i, c); }
};

struct Plumb {
  std::string refused;             // why nothing could be probed; empty: it was
  std::vector<std::string> notes;  // what was done otherwise, or could not be done
  std::vector<HeadPlumb> heads;    // [B * H], sequence-major
  std::int64_t elements = 0, visible = 0, hidden = 0, below_reach = 0, broken = 0, lifted = 0, calls = 0;
};

// Probes all of (b, h, i, c). The case must be valid; its q, k and v are not used.
Plumb plumb(const Case& a_case, const Kernel& kernel);

// About how many multiplications it takes, the reference's included: ask before probing a case from outside.
double plumb_work(const Problem& problem);

}  // namespace boresight::properties::probe
