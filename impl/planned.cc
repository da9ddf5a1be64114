#include "impl/planned.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "impl/float_arithmetic.h"
#include "problem/attend.h"
#include "problem/c_interface.h"
#include "problem/tensor_rules.h"

namespace boresight::impl {
namespace {

bool is_there(const Tensor& tensor) { return tensor && tensor.elements() > 0; }

std::string described(const Tensor& tensor) {
  if (!is_there(tensor)) return "absent";
  std::string text{name(tensor.type)};
  for (int d = 0; d < tensor.rank; ++d)
    text += fmt::format("[{} by {}]", tensor.shape[std::size_t(d)], tensor.stride[std::size_t(d)]);
  return text;
}

// Sizes and the strides that matter. Both have the rank and are of the shapes that the problem asks for.
bool alike(const Tensor& a, const Tensor& b) {
  if (is_there(a) != is_there(b)) return false;
  if (!is_there(a)) return true;
  if (a.type != b.type || a.rank != b.rank) return false;
  for (std::size_t d = 0; d < std::size_t(a.rank); ++d)
    if (a.shape[d] != b.shape[d] || (a.shape[d] != 1 && a.stride[d] != b.stride[d])) return false;
  return true;
}

}  // namespace

Tensors as_planned(const Tensors& tensors) {
  Tensors planned = tensors;
  for (const TensorPair& pair : tensor_pairs)
    if (Tensor& tensor = planned.*pair.ours; tensor) tensor.data = nowhere();
  return planned;
}

Status validate_plan(const Problem& problem, const Tensors& planned, const Options& options) {
  if (Status status = validate(problem); !status) return status;
  if (Status status = validate(options); !status) return status;
  if (const std::string why = unsupported_in_float(problem, planned); !why.empty())
    return Error{fmt::format("no kernel supports this problem: {}", why), "", "allowed: f32, bf16, f16"};
  if (Status status = validate_shapes(problem, planned); !status) return status;
  if (Status status = validate_places(problem, planned); !status) return status;
  return validate_outputs_alone(problem, planned);
}

Status validate_run(const Problem& problem, const Tensors& planned, const Tensors& tensors) {
  for (const TensorRule& rule : tensor_rules(problem)) {
    if (rule.need == Need::unused || alike(tensors.*rule.member, planned.*rule.member)) continue;
    return Error{fmt::format("{} is {}", rule.name, described(tensors.*rule.member)), "",
                 fmt::format("planned: {}", described(planned.*rule.member))};
  }
  if (Status status = validate_places(problem, tensors); !status) return status;
  return validate_outputs_apart(problem, tensors);
}

Status validate_workspace(const void* workspace, std::size_t bytes, std::size_t alignment) {
  if (bytes == 0 || (workspace != nullptr && (reinterpret_cast<std::uintptr_t>(workspace) & (alignment - 1)) == 0)) return ok();
  return Error{fmt::format("the workspace is at {}", workspace), "",
               fmt::format("needs {} bytes at a multiple of {}", bytes, alignment)};
}

}  // namespace boresight::impl
