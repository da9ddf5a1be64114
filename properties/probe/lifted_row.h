// What one lifted call shows of a row: the weights of the window's columns, which of them were lifted, and their bounds,
// around the truth where the row is what a right kernel may compute, else around what was computed.
#pragma once

#include <vector>

#include "properties/probe/lift.h"
#include "properties/probe/plain_weights.h"

namespace boresight::properties::probe {

struct LiftedRow {
  std::size_t head;
  Index i;
  std::vector<double> weight, bound;  // of column first + k of the window
  std::vector<double> right;          // scores by the reference, the lift in them
  std::vector<bool> lifted;
  bool finite = true;
};

// A row for each that has a lift that is not done, in the order of the lifts, of which those of a row are together.
// Takes the lifter's truth, and overwrites it.
std::vector<LiftedRow> lifted_rows(Probing& probing, const PlainWeights& plain, Lifter& lifter, Columns shown,
                                   const std::vector<Lift>& lifts, const Results& got);

}  // namespace boresight::properties::probe
