/* A correct kernel in plain C, to begin from: scores of a row first, then its softmax, for row-major f32 tensors. Causality,
 * ALiBi, persistent columns, memories, and heads that share keys; whatever else a call may ask for is refused. */
#include <boresight/boresight.h>
#include <math.h>
#include <stdlib.h>

/* One row of a part: its keys (or values) at column c of the call. Persistent columns are the same for every sequence. */
static const float* row_of(const DLTensor* mem, const DLTensor* memory, const DLTensor* segment, const boresight_problem* p,
                           int64_t width, int64_t b, int64_t g, int64_t c) {
  if (c < p->mem_kv) return (const float*)mem->data + (g * p->mem_kv + c) * width;
  c -= p->mem_kv;
  if (c < p->memories) return (const float*)memory->data + ((b * p->kv_heads + g) * p->memories + c) * width;
  c -= p->memories;
  return (const float*)segment->data + ((b * p->kv_heads + g) * p->segment + c) * width;
}

static float slope_of(const boresight_problem* p, const boresight_tensors* t, int64_t h) {
  if (p->bias != BORESIGHT_BIAS_ALIBI) return 0;
  if (p->slopes == BORESIGHT_SLOPES_PER_HEAD) return ((const float*)t->slopes->data)[h];
  if (h >= p->alibi_heads) return 0;
  int64_t power = 1;
  while (power * 2 <= p->alibi_heads) power *= 2;
  /* Past a power of two: every second slope of twice as many heads. */
  return (float)(h < power ? exp2(-8.0 * (h + 1) / power) : exp2(-4.0 * (2 * (h - power) + 1) / power));
}

/* The score of one column, -inf where the row does not see it. */
static float score_of(const boresight_problem* p, const float* q, const float* k, float slope, int64_t i, int64_t c) {
  const int64_t distance = (p->segment - p->queries + i) - (c - p->mem_kv - p->memories);
  if (c >= p->mem_kv && p->causal && distance < 0) return -INFINITY;
  float dot = 0;
  for (int64_t d = 0; d < p->head_dim; ++d) dot += q[d] * k[d];
  const float bias = c < p->mem_kv ? 0 : -slope * (float)llabs(distance); /* persistent columns have no position */
  return (float)p->scale * dot + bias;
}

static void one_row(const boresight_problem* p, const boresight_tensors* t, float* weights, int64_t b, int64_t h, int64_t i) {
  const int64_t columns = p->mem_kv + p->memories + p->segment, row = (b * p->heads + h) * p->queries + i;
  const int64_t g = h / (p->heads / p->kv_heads);
  const float slope = slope_of(p, t, h), *q = (const float*)t->q->data + row * p->head_dim;
  float* out = (float*)t->out->data + row * p->value_dim;

  float largest = -INFINITY, sum = 0;
  for (int64_t c = 0; c < columns; ++c) {
    weights[c] = score_of(p, q, row_of(t->mem_k, t->memory_k, t->segment_k, p, p->head_dim, b, g, c), slope, i, c);
    if (weights[c] > largest) largest = weights[c];
  }
  for (int64_t d = 0; d < p->value_dim; ++d) out[d] = 0;
  for (int64_t c = 0; c < columns; ++c) {
    if (weights[c] == -INFINITY) continue; /* hidden: whatever its value holds, it is not read */
    const float* v = row_of(t->mem_v, t->memory_v, t->segment_v, p, p->value_dim, b, g, c);
    const float weight = expf(weights[c] - largest);
    sum += weight;
    for (int64_t d = 0; d < p->value_dim; ++d) out[d] += weight * v[d];
  }
  for (int64_t d = 0; d < p->value_dim && sum > 0; ++d) out[d] /= sum; /* a row that sees nothing: 0, and lse -inf */
  if (t->lse) ((float*)t->lse->data)[row] = largest + logf(sum);
}

static const char* unsupported(void* context, const boresight_problem* p, const boresight_tensors* t) {
  (void)context;
  if (p->type != BORESIGHT_F32) return "types other than f32";
  if (p->bias != BORESIGHT_BIAS_NONE && p->bias != BORESIGHT_BIAS_ALIBI) return "bias other than ALiBi";
  if (p->bias == BORESIGHT_BIAS_ALIBI && p->slopes == BORESIGHT_SLOPES_PER_BATCH) return "slopes for each sequence";
  if (t->key_mask || t->memory_mask || t->attention_mask) return "masks";
  if (p->window_left != BORESIGHT_UNLIMITED || p->window_right != BORESIGHT_UNLIMITED) return "windows";
  if (p->head_map == BORESIGHT_HEADS_TILED && p->kv_heads > 1) return "tiled heads";
  if (p->rotary_dims > 0 || p->custom_positions) return "rotary, and custom positions";
  return p->softcap > 0 || p->sink || p->zero_kv ? "softcaps, sinks, and a zero key" : NULL;
}

static const char* run(void* context, const boresight_problem* p, const boresight_tensors* t, const boresight_options* options) {
  (void)context, (void)options;
  float* weights = malloc((size_t)(p->mem_kv + p->memories + p->segment + 1) * sizeof(float));
  if (!weights) return "no memory for a row of scores";
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t h = 0; h < p->heads; ++h)
      for (int64_t i = 0; i < p->queries; ++i) one_row(p, t, weights, b, h, i);
  free(weights);
  return NULL;
}

static const boresight_kernel plain = {BORESIGHT_KERNEL_HEAD, .name = "plain", .flags = BORESIGHT_CONTIGUOUS,
                                       .unsupported = unsupported, .run = run};
BORESIGHT_EXPORT_KERNELS(&plain)
