// What laws share: running a kernel on a call, certifying a call, and cutting calls into other calls.
// A law that can't be judged returns the Verdict that says why.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

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

// Why the kernel can't be judged on this call: it is not valid, or the kernel doesn't support it. Empty: it can.
std::optional<Verdict> refusal(const Kernel& kernel, const Call& call);

// Truth and bound, by the kernel's declared arithmetic. The result stays valid until the next call with the same slot
// on this thread. Sets `outside` where the case is out of the domain, or has no finite bound.
const Certified& certify(const Call& call, const Kernel& kernel, const Options& options, int slot, std::optional<Verdict>& outside);

// Whether the case could have told anything: some row's weights show in its output. Where none does it is Mistrusted.
bool some_row_shows(const Certified& certified);

// A contiguous copy of the entries `indices` of one dimension, owned by `store`. A tensor that is absent stays absent.
Tensor gather(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices);

// A contiguous copy that can be written to.
Tensor copy(Inputs& store, const Tensor& tensor);

// Entries of `first`, then entries of `second`, along one dimension.
Tensor join(Inputs& store, const Tensor& first, const Tensor& second, int dimension);

// first, first + 1, .. (count of them)
std::vector<std::int64_t> range(std::int64_t first, std::int64_t count);

// The call without its memories: their columns go, all positions stay.
Call without_memories(const Call& call, Inputs& store);

// How a chunk sees the keys that earlier chunks brought.
enum class Handover : std::uint8_t { cache, memories };

// Rows [first, last) of the call as a call of their own. Needs segment >= queries.
Call chunk(const Call& call, std::int64_t first, std::int64_t last, Handover handover, Inputs& store);

}  // namespace boresight::properties
