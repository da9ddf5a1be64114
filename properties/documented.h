// A kernel that documents readings (Kernel::documented) departs from the specification on purpose. It is judged by what it
// documents: agreement is with the specification as those readings have it, within their own bound; and where it breaks
// another law that a kernel of just these readings breaks on the same case, that is no failure, and no evidence.
#pragma once

#include <span>
#include <string>

#include "problem/result.h"
#include "properties/laws/law.h"

namespace boresight::properties {

// law.judge(a_case, kernel), by what the kernel documents. The kernel is available.
Verdict judge(const Law& law, const Case& a_case, const Kernel& kernel);

// Whether such a verdict is a skip for what the kernel documents: the law could have judged, and did not.
bool excused(const Verdict& verdict);

// That each of these names is a reading's.
Status known_readings(std::span<const std::string> names);

}  // namespace boresight::properties
