// The C functions of attention.h: what crosses them is looked at by problem/c_interface.h, and the rest is Attention's.
#include <algorithm>
#include <exception>
#include <string_view>

#include "impl/attention.h"
#include "problem/c_interface.h"

struct boresight_attention {
  boresight::impl::Attention attention;
};

namespace boresight::impl {
namespace {

// Of this thread, and its next call's to overwrite.
const char* words(std::string_view text) {
  thread_local char kept[512];
  const std::size_t size = std::min(text.size(), sizeof kept - 1);
  std::copy_n(text.data(), size, kept);
  kept[size] = 0;
  return kept;
}

// Nothing leaves as an exception: what is called may be C.
template <class Body>
const char* in_words(Body body) {
  try {
    const Status status = body();
    return status ? nullptr : words(status.error().text());
  } catch (const std::exception& error) {
    return words(error.what());
  }
}

Status missing(const char* what) { return Error{std::string(what) + " is NULL", "", "it may not be"}; }

}  // namespace
}  // namespace boresight::impl

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
  return boresight::impl::in_words([&]() -> Status {
    if (plan == nullptr) return boresight::impl::missing("plan");
    *plan = nullptr;
    if (problem == nullptr) return boresight::impl::missing("problem");
    if (tensors == nullptr) return boresight::impl::missing("tensors");
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
  return boresight::impl::in_words([&]() -> Status {
    if (plan == nullptr) return boresight::impl::missing("plan");
    if (tensors == nullptr) return boresight::impl::missing("tensors");
    const Result<boresight::Tensors> ours = boresight::from_c(*tensors, boresight::Data::there);
    if (!ours) return ours.error();
    return plan->attention.run(*ours, workspace);
  });
}

void boresight_attention_free(boresight_attention* plan) { delete plan; }
