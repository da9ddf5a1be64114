// The lists of claims: a file each, by what they are about. claims/table.cc joins them.
#pragma once

#include "properties/proofs/claim.h"

namespace boresight::proofs {

std::vector<Claim> position_claims();
std::vector<Claim> range_claims();
std::vector<Claim> band_claims();
std::vector<Claim> tile_claims();
std::vector<Claim> address_claims();
std::vector<Claim> head_claims();

}  // namespace boresight::proofs
