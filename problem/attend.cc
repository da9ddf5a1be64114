#include "problem/attend.h"

#include <fmt/format.h>

#include <exception>
#include <new>

#include "problem/extent.h"
#include "problem/tensor_rules.h"

namespace boresight {
namespace {

Status check_kernel(const Kernel& kernel, const Problem& problem, const Tensors& tensors) {
  if (!kernel.unavailable.empty()) return Error{fmt::format("{} is not available: {}", kernel.name, kernel.unavailable), "", ""};
  const std::string why = kernel.unsupported(problem, tensors);
  if (why.empty()) return ok();
  return Error{fmt::format("{} does not support this problem: {}", kernel.name, why), "", ""};
}

struct Output {
  const char* name;
  Tensor Tensors::* member;
};
constexpr Output outputs[] = {{"out", &Tensors::out}, {"lse", &Tensors::lse}};

}  // namespace

Status validate_outputs_alone(const Problem& problem, const Tensors& tensors) {
  if (!tensors.out && problem.queries > 0) return Error{"out is absent", "", "it is what a call computes"};
  for (const auto& [name, member] : outputs)
    if (overlaps_itself(tensors.*member))
      return Error{fmt::format("{} overlaps itself", name), "", "its strides must keep elements apart"};
  return ok();
}

Status validate_outputs_apart(const Problem& problem, const Tensors& tensors) {
  const auto rules = tensor_rules(problem);
  for (const auto& [name, member] : outputs) {
    const Extent own = extent_of(tensors.*member);
    for (const TensorRule& rule : rules) {
      if (rule.need == Need::unused || rule.member == member || !own.meets(extent_of(tensors.*rule.member))) continue;
      return Error{fmt::format("{} overlaps {}", name, rule.name), "", "outputs need memory of their own"};
    }
  }
  return ok();
}

Status attend(const Kernel& kernel, const Problem& problem, const Tensors& tensors, const Options& options) {
  if (Status status = validate(problem); !status) return status;
  if (Status status = validate(options); !status) return status;
  if (Status status = check_kernel(kernel, problem, tensors); !status) return status;
  if (Status status = validate(problem, tensors); !status) return status;
  if (Status status = validate_outputs_alone(problem, tensors); !status) return status;
  if (Status status = validate_outputs_apart(problem, tensors); !status) return status;
  try {
    kernel.run(problem, tensors, options);
  } catch (const std::bad_alloc&) {
    return Error{fmt::format("{} found no memory", kernel.name), "", "smaller tiles or fewer columns need less"};
  } catch (const std::exception& error) {
    return Error{fmt::format("{} threw: {}", kernel.name, error.what()), "", ""};
  } catch (...) {
    return Error{fmt::format("{} threw something that is no std::exception", kernel.name), "", ""};
  }
  return ok();
}

}  // namespace boresight
