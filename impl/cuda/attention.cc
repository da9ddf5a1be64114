// Which kernel a call gets on a GPU, and what is looked at before each run.
#include "impl/cuda/attention.h"

#include <fmt/format.h>

#include <optional>

#include "impl/cuda/algorithm.h"
#include "impl/cuda/gpu/device.h"
#include "impl/cuda/gpu/running.h"
#include "impl/cuda/gpu/tables.h"
#include "impl/cuda/plan.h"
#include "impl/cuda/workspace.h"
#include "impl/planned.h"

namespace boresight::impl::cuda {
namespace {

static_assert(Attention::workspace_alignment == Workspace::alignment);

std::string names() {
  std::string text = "allowed:";
  for (const Algorithm algorithm : all_algorithms) text += fmt::format(" {}", promises_of(algorithm).name);
  return text;
}

// The one asked for, or the first in the order of preferred() that takes the call.
Result<Algorithm> choose(const Problem& problem, const Tensors& tensors, std::string_view kernel) {
  std::string why;
  for (const Algorithm algorithm : preferred(problem)) {
    const Promises& promises = promises_of(algorithm);
    if (!kernel.empty() && kernel != promises.name) continue;
    why = promises.unsupported(problem, tensors);
    if (why.empty()) return algorithm;
  }
  return Error{fmt::format("kernel is '{}'{}{}", kernel, why.empty() ? "" : ": ", why), "", names()};
}

}  // namespace

struct Attention::Plan {
  Problem problem;
  Tensors planned;
  Options options;
  Algorithm algorithm;
  std::string kernel;
  std::size_t workspace_bytes;
  int device;
  gpu::Memory memory{gpu::Where::device};  // of the tables
  TableViews tables;
};

Result<Attention> Attention::plan(const Problem& problem, const Tensors& tensors, const Options& options,
                                  std::string_view kernel) {
  const Tensors planned = as_planned(tensors);
  if (Status status = validate_plan(problem, planned, options); !status) return status.error();
  const Result<Algorithm> algorithm = choose(problem, planned, kernel);
  if (!algorithm) return algorithm.error();
  if (const std::string why = gpu::unavailable(); !why.empty()) return Error{why, "", ""};
  try {
    const gpu::Running running(problem);
    const std::size_t needed = cuda::workspace_bytes(*algorithm, problem, planned, options);
    const auto made = std::make_shared<Plan>(problem, planned, options, *algorithm, promises_of(*algorithm).name, needed,
                                             gpu::current_device());
    const Tables tables(problem, geometry_of(problem));
    made->tables = gpu::upload(tables, made->memory, gpu::stream_of_this_thread());
    gpu::wait(gpu::stream_of_this_thread());
    gpu::load(*algorithm, problem, planned, options);
    Attention attention;
    attention.plan_ = made;
    return attention;
  } catch (const gpu::Failure& failure) {
    return Error{failure.what(), "", ""};
  }
}

const std::string& Attention::kernel() const { return plan_->kernel; }
std::size_t Attention::workspace_bytes() const { return plan_->workspace_bytes; }

Status Attention::run(const Tensors& tensors, void* workspace, void* stream) const {
  if (Status status = validate_run(plan_->problem, plan_->planned, tensors); !status) return status;
  if (Status status = validate_workspace(workspace, plan_->workspace_bytes, workspace_alignment); !status) return status;
  // Rows that don't lie in pieces are packed by some kernels, which takes memory, and the plan knew no addresses.
  if (cuda::workspace_bytes(plan_->algorithm, plan_->problem, tensors, plan_->options) > plan_->workspace_bytes)
    return Error{"keys or values lie at no multiple of 16 bytes", "", "their data at multiples of 16 bytes, or kernel cuda/tiled"};
  try {
    const gpu::Running running(plan_->problem);
    if (const int device = gpu::current_device(); device != plan_->device)
      return Error{fmt::format("the current device is {}", device), "", fmt::format("planned: {}", plan_->device)};
    gpu::attend(plan_->algorithm, plan_->problem, tensors, plan_->options, plan_->tables, workspace, stream);
  } catch (const gpu::Failure& failure) {
    return Error{failure.what(), "", ""};
  }
  return ok();
}

}  // namespace boresight::impl::cuda
