// Wrong on purpose, where two parts meet: the keys come in tiles, and a tile's scores are known before its weights. f32 of any
// strides; causality, a dense bias, key and memory masks, grouped heads.
#include <boresight/boresight.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace {
constexpr int64_t tile = 16;

template <class T = float, class... Index>
T& at(const DLTensor* tensor, Index... index) {
  const int64_t place[] = {int64_t(index)...};
  return *static_cast<T*>(boresight_at(tensor, sizeof...(index), place));
}

struct Row {
  const boresight_problem& p;
  const boresight_tensors& t;
  int64_t b, h, g, i;
  std::vector<float> values = std::vector<float>(size_t(p.value_dim));
  float maximum = -INFINITY, sum = 0;

  float score(int64_t token, int64_t key, const DLTensor* mask, const DLTensor* k, auto... row) const {
    const bool persistent = token < 0;
    if (mask != nullptr && at<uint8_t>(mask, b, key) == 0) return -INFINITY;
    if (!persistent && p.causal && token - p.memories > p.segment - p.queries + i) return -INFINITY;
    float dot = 0;
    for (int64_t d = 0; d < p.head_dim; ++d) dot += at(t.q, b, h, i, d) * at(k, row..., d);
    return float(p.scale) * dot + (!persistent && p.bias == BORESIGHT_BIAS_DENSE ? at(t.dense, b, h, i, token) : 0);
  }

  // Keys 0 .. count - 1 of a part whose first one is token `first`; `place` is the part's sequence and head.
  void part(int64_t first, int64_t count, const DLTensor* k, const DLTensor* v, const DLTensor* mask, auto... place) {
    for (int64_t start = 0; start < count; start += tile) {
      const int64_t keys = std::min(tile, count - start);
      std::array<float, tile> scores;
      float larger = maximum;
      for (int64_t c = 0; c < keys; ++c) {
        scores[size_t(c)] = score(first + start + c, start + c, mask, k, place..., start + c);
        larger = std::max(larger, scores[size_t(c)]);
      }
      if (larger == -INFINITY) continue;
      if (start > 0) rescale(std::exp(maximum - larger));  // before the first tile there is nothing to rescale
      maximum = larger;
      for (int64_t c = 0; c < keys; ++c) {
        if (scores[size_t(c)] == -INFINITY) continue;
        const float weight = std::exp(scores[size_t(c)] - maximum);
        sum += weight;
        for (size_t d = 0; d < values.size(); ++d) values[d] += weight * at(v, place..., start + c, d);
      }
    }
  }

  void rescale(float factor) {
    sum *= factor;
    for (float& value : values) value *= factor;
  }

  void write() {
    part(-p.mem_kv, p.mem_kv, t.mem_k, t.mem_v, nullptr, g);
    part(0, p.memories, t.memory_k, t.memory_v, t.memory_mask, b, g);
    part(p.memories, p.segment, t.segment_k, t.segment_v, t.key_mask, b, g);
    for (size_t d = 0; d < values.size(); ++d) at(t.out, b, h, i, d) = sum > 0 ? values[d] / sum : 0;
    if (t.lse != nullptr) at(t.lse, b, h, i) = maximum + std::log(sum);
  }
};

const char* unsupported(void*, const boresight_problem* p, const boresight_tensors* t) {
  if (p->type != BORESIGHT_F32) return "types other than f32";
  if (p->bias != BORESIGHT_BIAS_NONE && p->bias != BORESIGHT_BIAS_DENSE) return "bias other than dense";
  if (p->window_left != BORESIGHT_UNLIMITED || p->window_right != BORESIGHT_UNLIMITED) return "windows";
  if (p->rotary_dims > 0) return "rotary";
  if (t->attention_mask != nullptr) return "attention masks";
  return p->head_map == BORESIGHT_HEADS_TILED || p->softcap > 0 || p->sink || p->zero_kv
             ? "tiled heads, softcap, sinks, a zero key"
             : nullptr;
}

const char* run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t h = 0; h < p->heads; ++h)
      for (int64_t i = 0; i < p->queries; ++i) Row{*p, *t, b, h, h / (p->heads / p->kv_heads), i}.write();
  return nullptr;
}

const boresight_kernel kernel = {BORESIGHT_KERNEL_HEAD, .name = "wrong_rescale", .unsupported = unsupported, .run = run};
}  // namespace

BORESIGHT_EXPORT_KERNELS(&kernel)
