/* A kernel of one's own in C11, by the C interface alone: one query that sees one key, where attention is the key's value. */
#include <boresight/boresight.h>

static const char* unsupported(void* context, const boresight_problem* p, const boresight_tensors* t) {
  (void)context;
  if (p->queries != 1 || p->segment != 1 || p->memories > 0 || p->mem_kv > 0 || p->zero_kv)
    return "more than one query and one key";
  if (p->bias != BORESIGHT_BIAS_NONE || p->softcap > 0 || p->sink || p->rotary_dims > 0) return "bias, softcap, sink or rotary";
  if (p->custom_positions || t->key_mask || t->attention_mask) return "positions or masks";
  return p->heads == p->kv_heads && p->type == BORESIGHT_F32 ? NULL : "other types than f32, or shared keys";
}

static float* at(const DLTensor* tensor, int64_t b, int64_t h, int64_t d) {
  return (float*)boresight_at(tensor, tensor->ndim, (int64_t[]){b, h, 0, d});
}

static const char* run(void* context, const boresight_problem* p, const boresight_tensors* t, const boresight_options* o) {
  (void)context, (void)o;
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t h = 0; h < p->heads; ++h) {
      float dot = 0;
      for (int64_t d = 0; d < p->head_dim; ++d) dot += *at(t->q, b, h, d) * *at(t->segment_k, b, h, d);
      for (int64_t d = 0; d < p->value_dim; ++d) *at(t->out, b, h, d) = *at(t->segment_v, b, h, d);
      if (t->lse) *at(t->lse, b, h, 0) = (float)p->scale * dot;
    }
  return NULL;
}

static const boresight_kernel mine = {BORESIGHT_KERNEL_HEAD, .name = "mine", .unsupported = unsupported, .run = run};
BORESIGHT_EXPORT_KERNELS(&mine)
