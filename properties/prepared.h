// A single call judged by hand, without a law: its inputs, whether a kernel takes it, its truth and bound.
#pragma once

#include <optional>

#include "problem/case.h"
#include "properties/call.h"
#include "properties/compare.h"

namespace boresight::properties {

// A call made from a case, with the memory that its views point into.
struct Prepared {
  Inputs inputs;
  Call call;
};
Prepared prepare(const Case& a_case);

// Why the kernel can't be judged on this call: it is not valid, or the kernel doesn't support it. Nothing: it can.
std::optional<Verdict> refusal(const Kernel& kernel, const Call& call);

// Truth and bound, by the kernel's declared arithmetic. The result stays valid until the next call with the same slot
// on this thread. Sets `outside` where the case is out of the domain, or has no finite bound.
const Certified& certify(const Call& call, const Kernel& kernel, const Options& options, int slot,
                         std::optional<Verdict>& outside);

}  // namespace boresight::properties
