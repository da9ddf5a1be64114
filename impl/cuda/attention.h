/* Our kernels on a GPU, for tensors in its memory: as impl/attention.h, with a stream. Functions and rules are the same where
 * nothing else is said here. The C functions are those that libboresight_attention.so has besides in a build with CUDA.
 *
 *   boresight_cuda_attention* plan;
 *   const char* error = boresight_cuda_attention_plan(&problem, &tensors, NULL, NULL, &plan);
 *   cudaMalloc(&workspace, boresight_cuda_attention_workspace(plan));
 *   error = boresight_cuda_attention_run(plan, &tensors, workspace, stream);   as often as wanted
 *   boresight_cuda_attention_free(plan);
 */
#ifndef BORESIGHT_IMPL_CUDA_ATTENTION_H
#define BORESIGHT_IMPL_CUDA_ATTENTION_H

#include "problem/boresight.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BORESIGHT_CUDA_ATTENTION_ALIGNMENT 64 /* bytes, of a workspace */

typedef struct boresight_cuda_attention boresight_cuda_attention;

/* Plans a call on the calling thread's current device, where the tensors must be. NULL, and the plan in *plan; or what is wrong,
 * in words that stay until this thread's next call here. What a problem implies (slopes, buckets, frequencies) is put into the
 * device's memory now, and the kernels of the call are loaded; out of memory is an error that says how much was wanted.
 *
 * options: NULL, or how to run; threads are of no consequence.
 * kernel: NULL for the fastest; else "cuda/tiled" or another of the table's names before the @. */
BORESIGHT_PUBLIC const char* boresight_cuda_attention_plan(const boresight_problem* problem, const boresight_tensors* tensors,
                                                           const boresight_options* options, const char* kernel,
                                                           boresight_cuda_attention** plan);

/* "cuda/tiled". Stays for as long as the plan does. */
BORESIGHT_PUBLIC const char* boresight_cuda_attention_kernel(const boresight_cuda_attention* plan);

/* The bytes of the device's memory that a run works in. They may be 0. */
BORESIGHT_PUBLIC size_t boresight_cuda_attention_workspace(const boresight_cuda_attention* plan);

/* Launches a call in a stream, a cudaStream_t of the plan's device, which must be the current one; NULL is its default stream.
 * NULL: all was launched, and out and lse are there when the stream has come so far; else what is wrong, in words. A fault of a
 * kernel shows in a later call, of this or of anything in CUDA. Nothing is allocated, copied or waited for. cuda/tensor_core
 * wants keys and values at multiples of 16 bytes. */
BORESIGHT_PUBLIC const char* boresight_cuda_attention_run(const boresight_cuda_attention* plan, const boresight_tensors* tensors,
                                                          void* workspace, void* stream);

/* When no run of it is left in any stream. NULL is no plan, and fine. */
BORESIGHT_PUBLIC void boresight_cuda_attention_free(boresight_cuda_attention* plan);

#ifdef __cplusplus
} /* extern "C" */

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "problem/kernel.h"
#include "problem/problem.h"
#include "problem/result.h"
#include "problem/tensors.h"

namespace boresight::impl::cuda {

// A planned call. Copies share its tables.
class Attention {
 public:
  static constexpr std::size_t workspace_alignment = BORESIGHT_CUDA_ATTENTION_ALIGNMENT;

  // As boresight_cuda_attention_plan(). A tensor that a run will have has any data here that is not null.
  static Result<Attention> plan(const Problem& problem, const Tensors& tensors, const Options& options = {},
                                std::string_view kernel = {});

  const std::string& kernel() const;
  std::size_t workspace_bytes() const;

  // As boresight_cuda_attention_run().
  Status run(const Tensors& tensors, void* workspace, void* stream) const;

 private:
  struct Plan;
  std::shared_ptr<const Plan> plan_;
};

}  // namespace boresight::impl::cuda
#endif

#endif /* BORESIGHT_IMPL_CUDA_ATTENTION_H */
