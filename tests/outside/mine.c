/* A kernel of one's own in C11, by the C interface alone: one query and one key, where attention is the key's value. */
#include <boresight/boresight.h>

static const char* unsupported(void* context, const boresight_problem* p, const boresight_tensors* t) {
  (void)context, (void)t;
  const int alone = p->segment == 1 && p->memories == 0 && p->mem_kv == 0 && p->queries == 1 && !p->sink && !p->zero_kv;
  return alone && p->heads == 1 && p->type == BORESIGHT_F32 ? NULL : "more than one key and one query";
}

static const char* run(void* context, const boresight_problem* p, const boresight_tensors* t, const boresight_options* o) {
  (void)context, (void)o;
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t d = 0; d < p->value_dim; ++d)
      *(float*)boresight_at(t->out, 4, (int64_t[]){b, 0, 0, d}) = *(float*)boresight_at(t->segment_v, 4, (int64_t[]){b, 0, 0, d});
  return NULL;
}

static const boresight_kernel mine = {BORESIGHT_KERNEL_HEAD, .name = "mine", .unsupported = unsupported, .run = run};
BORESIGHT_EXPORT_KERNELS(&mine)
