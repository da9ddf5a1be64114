#include "properties/prepared.h"

#include <array>

#include "reference/error_bound.h"

namespace boresight::properties {

Prepared prepare(const Case& a_case) {
  Prepared prepared{make_inputs(a_case), {}};
  prepared.call = {a_case.problem, prepared.inputs.tensors};
  return prepared;
}

std::optional<Verdict> refusal(const Kernel& kernel, const Call& call) {
  if (const Status status = validate(call.problem); !status) return skipped("not a valid problem: " + status.error().text());
  if (const Status status = validate(call.problem, call.tensors); !status) return skipped("inputs: " + status.error().text());
  if (std::string why = kernel.unsupported(call.problem, call.tensors); !why.empty()) return skipped("not supported: " + why);
  return std::nullopt;
}

const Certified& certify(const Call& call, const Kernel& kernel, const Options& options, int slot,
                         std::optional<Verdict>& outside) {
  thread_local std::array<Certified, 2> slots;
  Certified& certified = slots[std::size_t(slot)];
  reference::attend(call.problem, call.tensors, certified.truth);
  if (!certified.truth.out_of_domain.empty()) {
    outside = skipped("out of the domain: " + certified.truth.out_of_domain);
    return certified;
  }
  reference::error_bound(call.problem, call.tensors, certified.truth, kernel.arithmetic(call.problem, options), certified.bound);
  for (const reference::HeadBound& bound : certified.bound.heads)
    if (!bound.out.allFinite() || !bound.lse.allFinite()) outside = skipped("the declared arithmetic has no finite bound here");
  return certified;
}

}  // namespace boresight::properties
