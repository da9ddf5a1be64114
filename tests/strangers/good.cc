// Right kernels, and one that is not what it documents.
#include "strangers/honest.h"

namespace {

// `good/honest`: must pass, with every law judged.
const char* honest_run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  honest::attend(*p, *t);
  return nullptr;
}
constexpr boresight_kernel honest_kernel = honest::kernel("good/honest", honest_run);

// `good/top-left`: documents causal-top-left and computes exactly that: must pass.
const char* top_left_run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  honest::attend(*p, *t, {.top_left = true});
  return nullptr;
}
constexpr boresight_kernel top_left = honest::kernel("good/top-left", top_left_run, "causal-top-left");

// `bad/says-top-left`: documents it and computes the specification: must fail, and be told that it does not follow what it
// documents.
constexpr boresight_kernel says_top_left = honest::kernel("bad/says-top-left", honest_run, "causal-top-left");

// `bad/top-left`: computes it and documents nothing: must fail, and be called causal-top-left.
constexpr boresight_kernel silent_top_left = honest::kernel("bad/top-left", top_left_run);

// `good/without-lse`: gives out alone, and is never asked for more: must pass.
const char* without_lse_run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  if (t->lse != nullptr) return "asked for lse";
  honest::attend(*p, *t);
  return nullptr;
}
constexpr boresight_kernel without_lse = [] {
  boresight_kernel kernel = honest::kernel("good/without-lse", without_lse_run);
  kernel.flags |= BORESIGHT_WITHOUT_LSE;
  return kernel;
}();

}  // namespace

BORESIGHT_EXPORT_KERNELS(&honest_kernel, &without_lse, &top_left, &says_top_left, &silent_top_left)
