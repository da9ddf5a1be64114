// The C functions of attention.h: what crosses them is looked at by problem/c_interface.h, and the rest is Attention's.
#include <algorithm>
#include <utility>

#include "impl/attention.h"
#include "problem/c_interface.h"
#include "problem/c_words.h"

struct boresight_attention {
  boresight::impl::Attention attention;
};

using boresight::Result;
using boresight::Status;
using boresight::impl::Attention;

boresight_problem boresight_attention_problem(int64_t head_dim) {
  boresight::Problem problem;
  problem.head_dim = problem.value_dim = std::max<int64_t>(head_dim, 1);
  boresight_problem plain = boresight::to_c(problem);
  plain.head_dim = plain.value_dim = head_dim;  // a wrong one is told where it is planned
  return plain;
}

const char* boresight_attention_plan(const boresight_problem* problem, const boresight_tensors* tensors,
                                     const boresight_options* options, const char* kernel, boresight_attention** plan) {
  return boresight::in_words([&]() -> Status {
    if (plan == nullptr) return boresight::missing("plan");
    *plan = nullptr;
    if (problem == nullptr) return boresight::missing("problem");
    if (tensors == nullptr) return boresight::missing("tensors");
    const Result<boresight::Problem> ours = boresight::from_c(*problem);
    if (!ours) return ours.error();
    const Result<boresight::Tensors> described = boresight::from_c(*tensors, boresight::Data::to_come);
    if (!described) return described.error();
    const boresight::Options chosen = options == nullptr ? boresight::from_c(boresight_options{}) : boresight::from_c(*options);
    Result<Attention> made = Attention::plan(*ours, *described, chosen, kernel == nullptr ? "" : kernel);
    if (!made) return made.error();
    *plan = new boresight_attention{std::move(*made)};
    return boresight::ok();
  });
}

const char* boresight_attention_kernel(const boresight_attention* plan) { return plan->attention.kernel().c_str(); }

size_t boresight_attention_workspace(const boresight_attention* plan) { return plan->attention.workspace_bytes(); }

const char* boresight_attention_run(const boresight_attention* plan, const boresight_tensors* tensors, void* workspace) {
  return boresight::in_words([&]() -> Status {
    if (plan == nullptr) return boresight::missing("plan");
    if (tensors == nullptr) return boresight::missing("tensors");
    const Result<boresight::Tensors> ours = boresight::from_c(*tensors, boresight::Data::there);
    if (!ours) return ours.error();
    return plan->attention.run(*ours, workspace);
  });
}

void boresight_attention_free(boresight_attention* plan) { delete plan; }
