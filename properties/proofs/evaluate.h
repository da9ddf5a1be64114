// What terms are worth where every variable is known, by exact integers: a solver's word is not taken.
#pragma once

#include <optional>
#include <vector>

#include "properties/proofs/terms.h"

namespace boresight::proofs {

using Model = std::vector<Integer>;  // the variables' values, by number

// One operation; truths are 0 and 1. Nothing where 128 bits are too few, or a divisor is not positive.
std::optional<Integer> computed(Operation operation, Integer first, Integer second, Integer third);

// By place. Nothing for a node that is worth nothing here, or made of one.
using Values = std::vector<std::optional<Integer>>;
Values evaluate(const Terms& terms, const Model& model);

}  // namespace boresight::proofs
