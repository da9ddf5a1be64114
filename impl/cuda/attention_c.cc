// The C functions of attention.h: what crosses them is looked at by problem/c_interface.h, and the rest is Attention's.
#include <utility>

#include "impl/cuda/attention.h"
#include "impl/cuda/gpu/device.h"
#include "problem/c_interface.h"
#include "problem/c_words.h"

struct boresight_cuda_attention {
  boresight::impl::cuda::Attention attention;
};

using boresight::in_words;
using boresight::missing;
using boresight::Result;
using boresight::Status;
using boresight::impl::cuda::Attention;

namespace {

// Where tensors must be; without a GPU any will do, since there is no plan that takes them.
DLDevice current() {
  return {kDLCUDA, boresight::impl::cuda::gpu::unavailable().empty() ? boresight::impl::cuda::gpu::current_device() : 0};
}

}  // namespace

const char* boresight_cuda_attention_plan(const boresight_problem* problem, const boresight_tensors* tensors,
                                          const boresight_options* options, const char* kernel, boresight_cuda_attention** plan) {
  return in_words([&]() -> Status {
    if (plan == nullptr) return missing("plan");
    *plan = nullptr;
    if (problem == nullptr) return missing("problem");
    if (tensors == nullptr) return missing("tensors");
    const Result<boresight::Problem> ours = boresight::from_c(*problem);
    if (!ours) return ours.error();
    const Result<boresight::Tensors> described = boresight::from_c(*tensors, boresight::Data::to_come, current());
    if (!described) return described.error();
    boresight::Options chosen = options == nullptr ? boresight::Options{} : boresight::from_c(*options);
    chosen.threads = 1;
    Result<Attention> made = Attention::plan(*ours, *described, chosen, kernel == nullptr ? "" : kernel);
    if (!made) return made.error();
    *plan = new boresight_cuda_attention{std::move(*made)};
    return boresight::ok();
  });
}

const char* boresight_cuda_attention_kernel(const boresight_cuda_attention* plan) { return plan->attention.kernel().c_str(); }

size_t boresight_cuda_attention_workspace(const boresight_cuda_attention* plan) { return plan->attention.workspace_bytes(); }

const char* boresight_cuda_attention_run(const boresight_cuda_attention* plan, const boresight_tensors* tensors, void* workspace,
                                         void* stream) {
  return in_words([&]() -> Status {
    if (plan == nullptr) return missing("plan");
    if (tensors == nullptr) return missing("tensors");
    const Result<boresight::Tensors> ours = boresight::from_c(*tensors, boresight::Data::there, current());
    if (!ours) return ours.error();
    return plan->attention.run(*ours, workspace, stream);
  });
}

void boresight_cuda_attention_free(boresight_cuda_attention* plan) { delete plan; }
