// Wrong on purpose, by one key: each row walks the tokens that its window shows it, from the first to the last. f32 of any
// strides, online softmax; causality, windows, key and memory masks, grouped heads.
#include <boresight/boresight.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

template <class T = float, class... Index>
T& at(const DLTensor* tensor, Index... index) {
  const int64_t place[] = {int64_t(index)...};
  return *static_cast<T*>(boresight_at(tensor, sizeof...(index), place));
}

struct Sum {
  float maximum = -INFINITY, weights = 0;
  std::vector<float> values;

  void add(float score, const DLTensor* v, auto... row) {
    if (score > maximum) {
      const float shrink = std::exp(maximum - score);
      weights *= shrink;
      for (float& value : values) value *= shrink;
      maximum = score;
    }
    const float weight = std::exp(score - maximum);
    weights += weight;
    for (size_t d = 0; d < values.size(); ++d) values[d] += weight * at(v, row..., d);
  }
};

// Tokens are memories, then the segment; a row stands at one of them, or before the first.
struct Range {
  int64_t first, last;
};

Range in_sight(const boresight_problem& p, int64_t i) {
  const int64_t tokens = p.memories + p.segment, here = tokens - p.queries + i;
  const int64_t keys_behind = p.window_left + 1;  // the window, and the row's own
  const int64_t ahead = p.causal ? 0 : p.window_right;
  return {p.window_left == BORESIGHT_UNLIMITED ? 0 : std::max<int64_t>(0, here - keys_behind),
          ahead == BORESIGHT_UNLIMITED ? tokens : std::clamp<int64_t>(here + ahead + 1, 0, tokens)};
}

struct Row {
  const boresight_problem& p;
  const boresight_tensors& t;
  int64_t b, h, g, i;

  float score(const DLTensor* k, auto... row) const {
    float dot = 0;
    for (int64_t d = 0; d < p.head_dim; ++d) dot += at(t.q, b, h, i, d) * at(k, row..., d);
    return float(p.scale) * dot;
  }

  void write() const {
    Sum sum{.values = std::vector<float>(size_t(p.value_dim))};
    for (int64_t c = 0; c < p.mem_kv; ++c) sum.add(score(t.mem_k, g, c), t.mem_v, g, c);
    const Range range = in_sight(p, i);
    for (int64_t c = range.first; c < range.last; ++c) {
      const bool memory = c < p.memories;
      const int64_t key = memory ? c : c - p.memories;
      const DLTensor* mask = memory ? t.memory_mask : t.key_mask;
      if (mask != nullptr && at<uint8_t>(mask, b, key) == 0) continue;
      sum.add(score(memory ? t.memory_k : t.segment_k, b, g, key), memory ? t.memory_v : t.segment_v, b, g, key);
    }
    for (size_t d = 0; d < sum.values.size(); ++d) at(t.out, b, h, i, d) = sum.weights > 0 ? sum.values[d] / sum.weights : 0;
    if (t.lse != nullptr) at(t.lse, b, h, i) = sum.maximum + std::log(sum.weights);
  }
};

const char* unsupported(void*, const boresight_problem* p, const boresight_tensors* t) {
  if (p->type != BORESIGHT_F32) return "types other than f32";
  if (p->bias != BORESIGHT_BIAS_NONE) return "bias";
  if (p->rotary_dims > 0) return "rotary";
  if (t->attention_mask != nullptr) return "attention masks";
  if (p->head_map == BORESIGHT_HEADS_TILED) return "tiled heads";
  return p->softcap > 0 || p->sink || p->zero_kv ? "softcap, sinks, and a zero key" : nullptr;
}

const char* run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t h = 0; h < p->heads; ++h)
      for (int64_t i = 0; i < p->queries; ++i) Row{*p, *t, b, h, h / (p->heads / p->kv_heads), i}.write();
  return nullptr;
}

const boresight_kernel kernel = {BORESIGHT_KERNEL_HEAD, .name = "wrong_window", .unsupported = unsupported, .run = run};
}  // namespace

BORESIGHT_EXPORT_KERNELS(&kernel)
