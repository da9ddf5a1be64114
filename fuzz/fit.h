// A case cut down to what a fuzzer can judge some thousand times a second.
#pragma once

#include "problem/case.h"

namespace boresight::fuzz {

// What bounds a case's work: scores by width, and rows by width, about.
inline constexpr double work_enough = 24'000;

// Whether a problem is within work_enough.
bool small_enough(const Problem& problem);

// The case within work_enough and small tables, on one to three threads, of any kernel and of no law. It is valid: where what
// is left of it is not, the masks and positions that no longer fit are dropped.
Case fitted(Case a_case);

}  // namespace boresight::fuzz
