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

// An output must have a place of its own for each element, and share no byte with what is read or with the other output.
Status check_output(const Problem& problem, const Tensors& tensors, const char* name, Tensor Tensors::* output) {
  if (overlaps_itself(tensors.*output))
    return Error{fmt::format("{} overlaps itself", name), "", "its strides must keep elements apart"};
  const Extent own = extent_of(tensors.*output);
  for (const TensorRule& rule : tensor_rules(problem)) {
    if (rule.need == Need::unused || rule.member == output || !own.meets(extent_of(tensors.*rule.member))) continue;
    return Error{fmt::format("{} overlaps {}", name, rule.name), "", "outputs need memory of their own"};
  }
  return ok();
}

}  // namespace

Status validate_outputs(const Problem& problem, const Tensors& tensors) {
  if (!tensors.out && problem.queries > 0) return Error{"out is absent", "", "it is what a call computes"};
  if (Status status = check_output(problem, tensors, "out", &Tensors::out); !status) return status;
  return check_output(problem, tensors, "lse", &Tensors::lse);
}

Status attend(const Kernel& kernel, const Problem& problem, const Tensors& tensors, const Options& options) {
  if (Status status = validate(problem); !status) return status;
  if (Status status = validate(options); !status) return status;
  if (Status status = check_kernel(kernel, problem, tensors); !status) return status;
  if (Status status = validate(problem, tensors); !status) return status;
  if (Status status = validate_outputs(problem, tensors); !status) return status;
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
