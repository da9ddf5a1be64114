/* Our kernels, for who wants attention and not the judge: a call is planned once, and then run as often as there is data for it.
 *
 * A plan says which kernel, instruction set and tiles, and how much memory a run works in; a run allocates nothing, and is safe
 * on many threads at once where each has memory of its own. The C functions are those of libboresight_attention.so; the C++ class
 * below is the same over Problem and Tensors (libboresight.a). What is computed is stated in reference/README.md.
 *
 *   boresight_problem problem = boresight_attention_problem(64);   one head of 64, no bias, no mask; set sizes, causal, bias ..
 *   boresight_attention* plan;
 *   const char* error = boresight_attention_plan(&problem, &tensors, NULL, NULL, &plan);
 *   void* workspace = aligned_alloc(64, boresight_attention_workspace(plan));
 *   error = boresight_attention_run(plan, &tensors, workspace);    as often as wanted
 *   boresight_attention_free(plan);
 */
#ifndef BORESIGHT_IMPL_ATTENTION_H
#define BORESIGHT_IMPL_ATTENTION_H

#include "problem/boresight.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BORESIGHT_ATTENTION_ALIGNMENT 64 /* bytes, of a workspace */

typedef struct boresight_attention boresight_attention;

/* One sequence of one head, no queries or keys yet, f32, nothing hidden, no bias, no rotary, and 1 / sqrt(head_dim) as the scale.
 * A struct of zeros is not that: its windows are one column wide, and its scale is 0. */
BORESIGHT_PUBLIC boresight_problem boresight_attention_problem(int64_t head_dim);

/* Plans a call: NULL, and the plan in *plan; or what is wrong, in words that stay until this thread's next call here.
 *
 * tensors: those that a run will have, by their shapes, types and strides (NULL: row-major). Their data is not looked at, and
 * may be NULL. Of every problem type but f64.
 * options: NULL, or how to run. threads 0: as many as there are processors that the process may use.
 * kernel: NULL for the fastest here; else a kernel, an instruction set or both: "simd/flash", "avx2", "simd/decode@avx3". */
BORESIGHT_PUBLIC const char* boresight_attention_plan(const boresight_problem* problem, const boresight_tensors* tensors,
                                                      const boresight_options* options, const char* kernel,
                                                      boresight_attention** plan);

/* Which kernel a plan has chosen, with its instruction set: "simd/flash@avx3". Stays for as long as the plan does. */
BORESIGHT_PUBLIC const char* boresight_attention_kernel(const boresight_attention* plan);

/* The bytes that a run works in, a multiple of the alignment that they must have (BORESIGHT_ATTENTION_ALIGNMENT). */
BORESIGHT_PUBLIC size_t boresight_attention_workspace(const boresight_attention* plan);

/* Computes out, and lse where it was planned. NULL: done; else what is wrong, in words that stay until this thread's next call
 * here, and nothing has been written. Looked at is that each tensor is as planned, has data, and that outputs overlap nothing.
 * What the data holds is the caller's: masks of 0 and 1, finite slopes, tables and positions whose distances lie in the table.
 * So is the workspace's size. Allocates nothing but those words. */
BORESIGHT_PUBLIC const char* boresight_attention_run(const boresight_attention* plan, const boresight_tensors* tensors,
                                                     void* workspace);

/* NULL is no plan, and fine. */
BORESIGHT_PUBLIC void boresight_attention_free(boresight_attention* plan);

#ifdef __cplusplus
} /* extern "C" */

#include <cstddef>
#include <string>
#include <string_view>

#include "problem/kernel.h"
#include "problem/problem.h"
#include "problem/result.h"
#include "problem/tensors.h"

namespace boresight::impl {

namespace simd {
class Workspace;
}

// A planned call. Copies are plans of their own.
class Attention {
 public:
  static constexpr std::size_t workspace_alignment = BORESIGHT_ATTENTION_ALIGNMENT;

  // As boresight_attention_plan(). A tensor that a run will have has any data here that is not null.
  static Result<Attention> plan(const Problem& problem, const Tensors& tensors, const Options& options = {},
                                std::string_view kernel = {});

  const std::string& kernel() const { return kernel_; }
  std::size_t workspace_bytes() const { return workspace_bytes_; }

  // As boresight_attention_run().
  Status run(const Tensors& tensors, void* workspace) const;

 private:
  using Run = void(const Problem&, const Tensors&, const Options&, simd::Workspace&);

  Problem problem_;
  Tensors planned_;
  Options options_;
  std::string kernel_;
  Run* run_ = nullptr;
  std::size_t workspace_bytes_ = 0;
};

}  // namespace boresight::impl
#endif

#endif /* BORESIGHT_IMPL_ATTENTION_H */
