// Shrinking: the cases that are one step simpler than a given one, features first, then sizes, then values.
// Every step goes down in one fixed order, so that a chain of them ends.
#pragma once

#include <vector>

#include "problem/case.h"

namespace boresight::properties {

std::vector<Case> simpler(const Case& a_case);

}  // namespace boresight::properties
