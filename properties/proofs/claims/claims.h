// The lists of claims: a file each, by what they are about. claims/table.cc joins them.
#pragma once

#include "properties/proofs/claim.h"

namespace boresight::proofs {

std::vector<Claim> position_claims();

}  // namespace boresight::proofs
