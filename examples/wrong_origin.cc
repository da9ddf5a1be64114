// Wrong on purpose, by one expression that looks right and that a widely used library had. Keys and values are put together
// first, then each row is attended in two passes: row-major f32, key and memory masks, causality, ALiBi.
#include <boresight/boresight.h>

#include <cmath>
#include <vector>

namespace {

// Block `number` of a row-major tensor, put behind what is there.
template <class T>
void append(std::vector<T>& to, const DLTensor* tensor, int64_t number, int64_t size) {
  if (size > 0)
    to.insert(to.end(), static_cast<const T*>(tensor->data) + number * size,
              static_cast<const T*>(tensor->data) + (number + 1) * size);
}

std::vector<float> together(const boresight_problem& p, const DLTensor* mem, const DLTensor* memory, const DLTensor* segment,
                            int64_t b, int64_t g, int64_t width) {
  std::vector<float> all;
  append(all, mem, g, p.mem_kv * width);
  append(all, memory, b * p.kv_heads + g, p.memories * width);
  append(all, segment, b * p.kv_heads + g, p.segment * width);
  return all;
}

std::vector<uint8_t> mask_of(const boresight_problem& p, const boresight_tensors& t, int64_t b) {
  std::vector<uint8_t> mask(size_t(p.mem_kv), 1);
  t.memory_mask != nullptr ? append(mask, t.memory_mask, b, p.memories) : mask.resize(mask.size() + size_t(p.memories), 1);
  t.key_mask != nullptr ? append(mask, t.key_mask, b, p.segment) : mask.resize(mask.size() + size_t(p.segment), 1);
  return mask;
}

struct Head {
  const boresight_problem& p;
  std::vector<uint8_t> mask;
  std::vector<float> keys, values;

  void attend(int64_t i, float slope, const float* q, float* out, float* lse) const {
    const auto columns = int64_t(mask.size());
    std::vector<float> scores(mask.size(), -INFINITY);
    float largest = -INFINITY, sum = 0;
    for (int64_t c = 0; c < columns; ++c) {
      const int64_t distance = columns - p.queries + i - c;  // the last row stands on the last key
      if (mask[size_t(c)] == 0 || (p.causal && c >= p.mem_kv && distance < 0)) continue;
      float dot = 0;
      for (int64_t d = 0; d < p.head_dim; ++d) dot += q[d] * keys[size_t(c * p.head_dim + d)];
      scores[size_t(c)] = float(p.scale) * dot - slope * float(std::abs(distance));
      largest = std::fmax(largest, scores[size_t(c)]);
    }
    for (int64_t d = 0; d < p.value_dim; ++d) out[d] = 0;
    for (int64_t c = 0; c < columns; ++c) {
      if (scores[size_t(c)] == -INFINITY) continue;
      const float weight = std::exp(scores[size_t(c)] - largest);
      sum += weight;
      for (int64_t d = 0; d < p.value_dim; ++d) out[d] += weight * values[size_t(c * p.value_dim + d)];
    }
    for (int64_t d = 0; d < p.value_dim && sum > 0; ++d) out[d] /= sum;
    if (lse != nullptr) *lse = largest + std::log(sum);
  }
};

const char* unsupported(void*, const boresight_problem* p, const boresight_tensors* t) {
  if (p->type != BORESIGHT_F32) return "types other than f32";
  if (p->bias != BORESIGHT_BIAS_NONE && (p->bias != BORESIGHT_BIAS_ALIBI || p->slopes == BORESIGHT_SLOPES_GEOMETRIC))
    return "bias other than ALiBi with given slopes";
  if (p->window_left != BORESIGHT_UNLIMITED || p->window_right != BORESIGHT_UNLIMITED) return "windows";
  if (t->attention_mask != nullptr) return "attention masks";
  if (p->rotary_dims > 0 || p->custom_positions) return "rotary, and custom positions";
  return p->head_map == BORESIGHT_HEADS_TILED || p->softcap > 0 || p->sink || p->zero_kv
             ? "tiled heads, softcap, sinks, and a zero key"
             : nullptr;
}

const char* run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t h = 0; h < p->heads; ++h) {
      const int64_t g = h / (p->heads / p->kv_heads), place[] = {b, h};
      const Head head{*p, mask_of(*p, *t, b), together(*p, t->mem_k, t->memory_k, t->segment_k, b, g, p->head_dim),
                      together(*p, t->mem_v, t->memory_v, t->segment_v, b, g, p->value_dim)};
      const float slope = p->bias == BORESIGHT_BIAS_ALIBI ? *static_cast<float*>(boresight_at(t->slopes, 2, place)) : 0;
      for (int64_t i = 0, row = (b * p->heads + h) * p->queries; i < p->queries; ++i, ++row)
        head.attend(i, slope, static_cast<float*>(t->q->data) + row * p->head_dim,
                    static_cast<float*>(t->out->data) + row * p->value_dim,
                    t->lse != nullptr ? static_cast<float*>(t->lse->data) + row : nullptr);
    }
  return nullptr;
}

const boresight_kernel kernel = {BORESIGHT_KERNEL_HEAD, .name = "wrong_origin", .flags = BORESIGHT_CONTIGUOUS,
                                 .unsupported = unsupported, .run = run};
}  // namespace

BORESIGHT_EXPORT_KERNELS(&kernel)
