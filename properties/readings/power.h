// Power: which readings a call could have told from the truth. A case that could have told none is no evidence, and a
// reading that no case could have told is not covered.
#pragma once

#include <vector>

#include "problem/arithmetic.h"
#include "properties/call.h"
#include "properties/compare.h"
#include "properties/readings/fit.h"
#include "properties/readings/table.h"

namespace boresight::properties::readings {

// It takes some decision of this problem otherwise.
bool applies(const Reading& reading, const Problem& problem);

// It takes none otherwise as soon as the problem has no bias: what it gets wrong is the bias.
bool misreads_the_bias(const Reading& reading, const Problem& problem);

// Those of the readings that a kernel of this arithmetic could not have computed without being told from the truth.
std::vector<const Reading*> told(const std::vector<const Reading*>& of, const Call& call, const Arithmetic& arithmetic,
                                 const Certificate& certificate, Seen where = Seen::in_out_or_lse);

// Some reading would have been told by an output, not only by lse; where the problem has a bias, one that misreads it.
bool some_told(const Call& call, const Arithmetic& arithmetic, const Certificate& certificate);

}  // namespace boresight::properties::readings
