// What all calls of a plumb share: the problem, its truth at q = k = 0, and what was found so far. A call shows a window of
// columns, each in an entry of the values of its own, and comes with the certified bound of just those values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "properties/probe/plumb.h"
#include "properties/probe/probe_call.h"
#include "reference/error_bound.h"

namespace boresight::properties::probe {

using Index = std::int64_t;
inline constexpr double infinity = std::numeric_limits<double>::infinity();

// The columns first .. first + count - 1.
struct Columns {
  Index first, count;
};

struct Probing {
  Probing(const Case& a_case, const Kernel& kernel);

  const Problem problem;
  const Index columns, rows, width;  // width: columns that one call can show
  const Index zero;                  // column c of the problem is column zero + c of a Head
  ProbeCall call;
  double value = 1;              // what a one-hot value is
  reference::Attention truth;    // at q = k = 0; values and out are those of the call that was bounded last
  reference::ErrorBound bounds;  // of the call that was bounded last
  Plumb result;
};

// Sets the truth, and a head of the result for each of its heads. False where the case or the kernel can't be probed.
bool start(Probing& probing);

// False always, so that it can be returned.
bool refuse(Probing& probing, std::string why);

// Runs the kernel on the inputs as they are; false where it hurt a guard.
bool shoot(Probing& probing, const Problem& problem, Results& results);

// The bounds of a call with these scores and weights, in which entry k of column first + k is `value` and all else is 0.
void bound_one_hot(Probing& probing, const Problem& problem, reference::Attention& truth, Columns shown);

// Of column first + k of the call that was run, and bounded, last.
double weight_shown(const Probing& probing, const Results& got, std::size_t head, Index i, Index k);
double bound_shown(const Probing& probing, std::size_t head, Index i, Index k);

// All columns, at most `step` at a time.
std::vector<Columns> windows(const Probing& probing, Index step);

// What the levels of a row stand above: its lse, 0 where it is empty.
double base(const reference::Head& head, Index i);

template <class Visit>
void each_row_of_heads(const Probing& probing, Visit visit) {
  for (std::size_t h = 0; h < probing.result.heads.size(); ++h)
    for (Index i = 0; i < probing.rows; ++i) visit(h, i);
}

}  // namespace boresight::properties::probe
