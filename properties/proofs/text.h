// Terms as a person writes them, and what is wrong with one that C++ can't compute.
#pragma once

#include <string>

#include "properties/proofs/evaluate.h"

namespace boresight::proofs {

// "P + M + S"; "..": what is too deep to be read.
std::string text(const Terms& terms, Place place);

// "P + M = 2147483520 + 129 = 2147483649 does not fit in 32 bits", for an obligation that these values break.
std::string broken(const Terms& terms, const Obligation& owed, const Values& values);

}  // namespace boresight::proofs
