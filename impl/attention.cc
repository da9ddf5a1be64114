// Which kernel a call gets, and what is looked at before each run. The kernels themselves are those of kernels.h: a plan holds
// the function that a row of that table calls.
#include "impl/attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>

#include "impl/float_arithmetic.h"
#include "impl/geometry.h"
#include "impl/simd/decode.h"
#include "impl/simd/flash.h"
#include "impl/simd/pool.h"
#include "impl/simd/targets.h"
#include "problem/attend.h"
#include "problem/c_interface.h"
#include "problem/tensor_rules.h"

namespace boresight::impl {
namespace {

using Targets = std::span<const simd::Target<simd::Run>>;

struct Family {
  std::string_view name;
  Targets (*targets)();
};
constexpr std::array<Family, 2> families{{{"simd/flash", simd::flash_targets}, {"simd/decode", simd::decode_targets}}};

// What a caller asks for: either part may be left to us.
struct Wanted {
  std::string_view family, set;
};

bool is_family(std::string_view name) {
  return std::any_of(families.begin(), families.end(), [name](const Family& family) { return family.name == name; });
}

Wanted parsed(std::string_view kernel) {
  if (const std::size_t at = kernel.find('@'); at != kernel.npos) return {kernel.substr(0, at), kernel.substr(at + 1)};
  return is_family(kernel) ? Wanted{kernel, {}} : Wanted{{}, kernel};
}

// Rows of queries fill the lanes of flash, and of few rows most lanes would be padding; decode reads keys at the rate of memory.
std::string_view usual_family(const Problem& problem) {
  constexpr std::int32_t decode_rows_max = 16;
  return geometry_of(problem).rows().size() <= decode_rows_max ? "simd/decode" : "simd/flash";
}

std::string names(Targets targets) {
  std::string text = "simd/flash, simd/decode, or either with @SET or SET alone, of";
  for (const auto& target : targets)
    if (simd::why_not(target).empty()) text += fmt::format(" {}", target.name);
  return "allowed: " + text;
}

struct Chosen {
  std::string name;
  simd::Run* run;
};

// The strongest instruction set of those that this machine has, or the one asked for.
Result<Chosen> choose(const Problem& problem, std::string_view kernel) {
  Wanted wanted = parsed(kernel);
  if (wanted.family.empty()) wanted.family = usual_family(problem);
  std::string why;
  for (const Family& family : families) {
    if (family.name != wanted.family) continue;
    const Targets targets = family.targets();
    for (std::size_t k = targets.size(); k-- > 0;) {
      if (!wanted.set.empty() && wanted.set != targets[k].name) continue;
      why = simd::why_not(targets[k]);
      if (why.empty()) why = simd::unsupported(targets[k].in_bf16, problem, {});
      if (why.empty()) return Chosen{fmt::format("{}@{}", family.name, targets[k].name), targets[k].run};
    }
  }
  const Targets any = families.front().targets();
  return Error{fmt::format("kernel is '{}'{}{}", kernel, why.empty() ? "" : ": ", why), "", names(any)};
}

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

Result<Attention> Attention::plan(const Problem& problem, const Tensors& tensors, const Options& options,
                                  std::string_view kernel) {
  Attention attention;
  attention.problem_ = problem;
  attention.planned_ = tensors;
  for (const TensorPair& pair : tensor_pairs)
    if (Tensor& planned = attention.planned_.*pair.ours; planned) planned.data = nowhere();
  attention.options_ = options;
  if (options.threads == 0) attention.options_.threads = simd::usable_processors();
  if (Status status = validate(problem); !status) return status.error();
  if (Status status = validate(attention.options_); !status) return status.error();
  if (const std::string why = unsupported_in_float(problem, tensors); !why.empty())
    return Error{fmt::format("no kernel supports this problem: {}", why), "", "allowed: f32, bf16, f16"};
  if (Status status = validate_shapes(problem, tensors); !status) return status.error();
  if (Status status = validate_places(problem, attention.planned_); !status) return status.error();
  if (Status status = validate_outputs_alone(problem, tensors); !status) return status.error();
  const Result<Chosen> chosen = choose(problem, kernel);
  if (!chosen) return chosen.error();
  attention.kernel_ = chosen->name;
  attention.run_ = chosen->run;
  simd::Workspace needs;
  attention.run_(problem, attention.planned_, attention.options_, needs);
  attention.workspace_bytes_ = needs.bytes();
  simd::prepare_threads(attention.options_.threads);
  return attention;
}

Status Attention::check_planned(const Tensors& tensors) const {
  for (const TensorRule& rule : tensor_rules(problem_)) {
    if (rule.need == Need::unused || alike(tensors.*rule.member, planned_.*rule.member)) continue;
    return Error{fmt::format("{} is {}", rule.name, described(tensors.*rule.member)), "",
                 fmt::format("planned: {}", described(planned_.*rule.member))};
  }
  return ok();
}

Status Attention::run(const Tensors& tensors, void* workspace) const {
  if (Status status = check_planned(tensors); !status) return status;
  if (Status status = validate_places(problem_, tensors); !status) return status;
  if (Status status = validate_outputs_apart(problem_, tensors); !status) return status;
  alignas(workspace_alignment) std::byte nothing[workspace_alignment];
  if (workspace_bytes_ == 0) workspace = nothing;
  if (workspace == nullptr || (reinterpret_cast<std::uintptr_t>(workspace) & (workspace_alignment - 1)) != 0)
    return Error{fmt::format("the workspace is at {}", workspace), "",
                 fmt::format("needs {} bytes at a multiple of {}", workspace_bytes_, workspace_alignment)};
  simd::Workspace memory(workspace);
  run_(problem_, tensors, options_, memory);
  return ok();
}

}  // namespace boresight::impl
