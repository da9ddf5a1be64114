/* Boresight's own kernels from C, without the judge: one causal call with ALiBi and 16 persistent columns in front, planned once.
 * cc -std=c11 attention.c $(pkg-config --cflags --libs boresight-attention) -o attention */
#include <boresight/attention.h>
#include <stdio.h>
#include <stdlib.h>

enum { H = 8, N = 32, P = 16, D = 64 };

static float q[H * N * D], k[H * N * D], v[H * N * D], mem_k[H * P * D], mem_v[H * P * D], out[H * N * D];
static int64_t rows[4] = {1, H, N, D}, mem[3] = {H, P, D};

static DLTensor tensor(float* data, int rank, int64_t* shape) {
  return (DLTensor){data, {kDLCPU, 0}, rank, {kDLFloat, 32, 1}, shape, NULL, 0}; /* without strides: row-major */
}

int main(void) {
  for (int i = 0; i < H * N * D; ++i) q[i] = (float)(i % 7) - 3, k[i] = (float)(i % 5) - 2, v[i] = (float)(i % 11);
  const DLTensor tq = tensor(q, 4, rows), tk = tensor(k, 4, rows), tv = tensor(v, 4, rows), tout = tensor(out, 4, rows),
                 tmk = tensor(mem_k, 3, mem), tmv = tensor(mem_v, 3, mem);
  const boresight_tensors tensors = {.q = &tq, .segment_k = &tk, .segment_v = &tv, .mem_k = &tmk, .mem_v = &tmv, .out = &tout};

  boresight_problem problem = boresight_attention_problem(D);
  problem.heads = problem.kv_heads = problem.alibi_heads = H;
  problem.queries = problem.segment = N, problem.mem_kv = P;
  problem.causal = 1, problem.bias = BORESIGHT_BIAS_ALIBI;

  boresight_attention* plan;
  const char* error = boresight_attention_plan(&problem, &tensors, NULL, NULL, &plan);
  if (error) return fprintf(stderr, "%s\n", error), 1;
  void* workspace = aligned_alloc(BORESIGHT_ATTENTION_ALIGNMENT, boresight_attention_workspace(plan));
  error = boresight_attention_run(plan, &tensors, workspace); /* again and again, with other data */
  if (error) return fprintf(stderr, "%s\n", error), 1;
  printf("%.10s: the last element is %.3f\n", boresight_attention_kernel(plan), (double)out[H * N * D - 1]);
  free(workspace), boresight_attention_free(plan);
}
