// Which kernel a call gets, and what is looked at before each run. The kernels themselves are those of kernels.h: a plan holds
// the function that a row of that table calls.
#include "impl/attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "impl/geometry.h"
#include "impl/planned.h"
#include "impl/simd/decode.h"
#include "impl/simd/flash.h"
#include "impl/simd/pool.h"
#include "impl/simd/targets.h"

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

}  // namespace

Result<Attention> Attention::plan(const Problem& problem, const Tensors& tensors, const Options& options,
                                  std::string_view kernel) {
  Attention attention;
  attention.problem_ = problem;
  attention.planned_ = as_planned(tensors);
  attention.options_ = options;
  if (options.threads == 0) attention.options_.threads = simd::usable_processors();
  if (Status status = validate_plan(problem, attention.planned_, attention.options_); !status) return status.error();
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

Status Attention::run(const Tensors& tensors, void* workspace) const {
  if (Status status = validate_run(problem_, planned_, tensors); !status) return status;
  alignas(workspace_alignment) std::byte nothing[workspace_alignment];
  if (workspace_bytes_ == 0) workspace = nothing;
  if (Status status = validate_workspace(workspace, workspace_bytes_, workspace_alignment); !status) return status;
  simd::Workspace memory(workspace);
  run_(problem_, tensors, options_, memory);
  return ok();
}

}  // namespace boresight::impl
