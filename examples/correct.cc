// A correct kernel: online softmax, one pass over the keys where they lie. f32 of any strides; ALiBi or a dense bias, causality,
// windows, masks, custom positions, grouped and tiled heads, sinks and lse. What it leaves out is in unsupported().
#include <boresight/boresight.h>

#include <bit>
#include <cmath>
#include <vector>

namespace {
constexpr float hidden = -INFINITY;

template <class T = float, class... Index>
T& at(const DLTensor* tensor, Index... index) {
  const int64_t place[] = {int64_t(index)...};
  return *static_cast<T*>(boresight_at(tensor, sizeof...(index), place));
}

// Softmax over the scores that came so far, and its values: all of it is scaled down when a larger score comes.
struct OnlineSoftmax {
  float maximum, sum;
  std::vector<float> values;

  void add(float score, const DLTensor* v, auto... row) {
    if (score > maximum) {
      const float shrink = std::exp(maximum - score);
      sum *= shrink;
      for (float& value : values) value *= shrink;
      maximum = score;
    }
    const float weight = std::exp(score - maximum);
    sum += weight;
    for (size_t d = 0; d < values.size(); ++d) values[d] += weight * at(v, row..., d);
  }
};

float slope(const boresight_problem& p, const boresight_tensors& t, int64_t b, int64_t h) {
  if (p.slopes != BORESIGHT_SLOPES_GEOMETRIC) return at(t.slopes, b, h);
  if (h >= p.alibi_heads) return 0;
  const auto power = int64_t(std::bit_floor(uint64_t(p.alibi_heads)));  // later heads: each second slope of twice as many
  return float(std::exp2(h < power ? -8.0 * double(h + 1) / double(power) : -4.0 * double(2 * (h - power) + 1) / double(power)));
}

struct Row {
  const boresight_problem& p;
  const boresight_tensors& t;
  int64_t b, h, g, i;

  // Of a token's column, by its number among all tokens and in its own part.
  float bias(int64_t token, const DLTensor* mask, int64_t key) const {
    const int64_t delta = (p.segment - p.queries + i) - (token - p.memories);
    if (mask != nullptr && at<uint8_t>(mask, b, key) == 0) return hidden;
    if (p.causal && delta < 0) return hidden;
    if (p.window_left != BORESIGHT_UNLIMITED && delta > p.window_left) return hidden;
    if (p.window_right != BORESIGHT_UNLIMITED && -delta > p.window_right) return hidden;
    if (p.bias == BORESIGHT_BIAS_DENSE) return at(t.dense, b, h, i, token);
    if (p.bias != BORESIGHT_BIAS_ALIBI) return 0;
    const auto given = [&] { return int64_t(at<int32_t>(t.query_positions, b, i)) - at<int32_t>(t.key_positions, b, token); };
    return -slope(p, t, b, h) * float(std::abs(p.custom_positions ? given() : delta));
  }

  void see(OnlineSoftmax& softmax, int64_t column, float bias, const DLTensor* k, const DLTensor* v, auto... row) const {
    if (bias == hidden || (t.attention_mask != nullptr && at<uint8_t>(t.attention_mask, b, h, i, column) == 0)) return;
    float dot = 0;
    for (int64_t d = 0; d < p.head_dim; ++d) dot += at(t.q, b, h, i, d) * at(k, row..., d);
    softmax.add(float(p.scale) * dot + bias, v, row...);
  }

  void write() const {
    const float sink = p.sink ? at(t.sinks, h) : hidden;
    OnlineSoftmax s{sink, sink > hidden ? 1.0f : 0.0f, std::vector<float>(size_t(p.value_dim))};
    const int64_t P = p.mem_kv, M = p.memories;
    for (int64_t c = 0; c < P; ++c) see(s, c, 0, t.mem_k, t.mem_v, g, c);
    for (int64_t c = 0; c < M; ++c) see(s, P + c, bias(c, t.memory_mask, c), t.memory_k, t.memory_v, b, g, c);
    for (int64_t c = 0; c < p.segment; ++c) see(s, P + M + c, bias(M + c, t.key_mask, c), t.segment_k, t.segment_v, b, g, c);
    for (size_t d = 0; d < s.values.size(); ++d) at(t.out, b, h, i, d) = s.sum > 0 ? s.values[d] / s.sum : 0;
    if (t.lse != nullptr) at(t.lse, b, h, i) = s.maximum + std::log(s.sum);
  }
};

const char* unsupported(void*, const boresight_problem* p, const boresight_tensors*) {
  if (p->type != BORESIGHT_F32) return "types other than f32";
  if (p->bias > BORESIGHT_BIAS_ALIBI && p->bias != BORESIGHT_BIAS_DENSE) return "tables and gates";
  return p->rotary_dims > 0 || p->softcap > 0 || p->zero_kv ? "rotary, softcap, and a zero key" : nullptr;
}

const char* run(void*, const boresight_problem* p, const boresight_tensors* t, const boresight_options*) {
  for (int64_t b = 0; b < p->batch; ++b)
    for (int64_t h = 0; h < p->heads; ++h) {
      const int64_t g = p->head_map == BORESIGHT_HEADS_TILED ? h % p->kv_heads : h / (p->heads / p->kv_heads);
      for (int64_t i = 0; i < p->queries; ++i) Row{*p, *t, b, h, g, i}.write();
    }
  return nullptr;
}

const boresight_kernel correct = {BORESIGHT_KERNEL_HEAD, .name = "correct", .flags = BORESIGHT_BATCH_INVARIANT,
                                  .unsupported = unsupported, .run = run};
}  // namespace

BORESIGHT_EXPORT_KERNELS(&correct)
