// Where a result is wrong, in words that are read off the data: the help for a mistake that no reading names.
#pragma once

#include <string>

#include "properties/readings/fit.h"

namespace boresight::properties::readings {

// The first wrong element, and which rows are wrong: "NaN in exactly the empty rows", "wrong in exactly the rows with h = 1,
// i >= 3", "every output is right, lse alone is wrong". `wrong` is the first wrong element.
std::string pattern(const Observation& seen, const Mismatch& wrong);

}  // namespace boresight::properties::readings
