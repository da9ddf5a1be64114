// What a proof is told as: a line that ends in the verdict, and a counterexample below it.
#pragma once

#include <string>

#include "properties/proofs/prove.h"

namespace boresight::proofs {

// "signed_distance   0.01 s  proved", the name as wide as `width`; `command` is how the main program is called.
std::string words(const Claim& claim, const Proof& proof, double seconds, std::size_t width, const std::string& command);

}  // namespace boresight::proofs
