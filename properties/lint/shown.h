// What the certified bound sees of a reading on a case.
#pragma once

#include "problem/case.h"
#include "properties/readings/table.h"

namespace boresight::properties::lint {

enum class Shown : std::uint8_t { nothing, lse, out };  // lse: in lse alone

// Nothing where the case is not valid or out of the domain, or the reading changes nothing there.
Shown shown(const readings::Reading& reading, const Case& a_case);

}  // namespace boresight::properties::lint
