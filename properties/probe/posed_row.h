// A row of the reference as if what a kernel computed were the truth, so that the certified bound of the call can be taken
// around that: a wrong kernel's levels have intervals too.
#pragma once

#include "properties/probe/lifted_row.h"
#include "properties/probe/plain_weights.h"

namespace boresight::properties::probe {

// No column is visible: the row costs the bound nothing.
void hide_row(reference::Head& head, Index i);

// A hidden row, with the weights that the plain calls show.
void pose_row(const Probing& probing, const PlainWeights& plain, std::size_t h, Index i, reference::Head& head);

// The same under a lift: the lifted columns weigh what the lifted call shows, the others share the rest as before.
void pose_lifted_row(const Probing& probing, const PlainWeights& plain, Columns shown, const LiftedRow& row,
                     reference::Head& head);

}  // namespace boresight::properties::probe
