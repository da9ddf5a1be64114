// What the libraries here have in common: right attention in f32, of which each cheat, crash and oddity is a few lines away.
// All of the problem but tables, gates, rotary and 16-bit types; one pass over the keys, online softmax.
#pragma once

#include <boresight/boresight.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace honest {

inline constexpr float hidden = -INFINITY;

template <class T = float, class... Index>
T& at(const DLTensor* tensor, Index... index) {
  const int64_t place[] = {int64_t(index)...};
  return *static_cast<T*>(boresight_at(tensor, sizeof...(index), place));
}

// Where a kernel leaves the right way. As it stands: nowhere.
struct Ways {
  bool top_left = false;             // causality by row and column numbers: row i sees c <= i
  bool equal_weights = false;        // the mean of what is visible, in place of its softmax
  bool reads_hidden_values = false;  // times a weight of zero
  int64_t columns_max = INT64_MAX;   // further ones, counted from the last, are passed over
};

struct Softmax {
  float maximum, sum;
  std::vector<float> values;

  void add(float score, const DLTensor* v, auto... row) {
    if (score > maximum) {
      const float shrink = std::exp(maximum - score);
      sum *= shrink;
      for (float& value : values) value *= shrink;
      maximum = score;
    }
    const float weight = score == hidden ? 0 : std::exp(score - maximum);
    sum += weight;
    for (size_t d = 0; d < values.size(); ++d) values[d] += weight * at(v, row..., d);
  }
};

inline float slope(const boresight_problem& p, const boresight_tensors& t, int64_t b, int64_t h) {
  if (p.slopes != BORESIGHT_SLOPES_GEOMETRIC) return at(t.slopes, b, h);
  if (h >= p.alibi_heads) return 0;
  const auto power = int64_t(std::bit_floor(uint64_t(p.alibi_heads)));
  return float(std::exp2(h < power ? -8.0 * double(h + 1) / double(power) : -4.0 * double(2 * (h - power) + 1) / double(power)));
}

struct Row {
  const boresight_problem& p;
  const boresight_tensors& t;
  const Ways& ways;
  int64_t b, h, g, i;

  bool visible(int64_t column, const DLTensor* mask, int64_t key) const {
    if (ways.top_left && p.causal && column > i) return false;
    if (column < p.mem_kv + p.memories + p.segment - ways.columns_max) return false;
    if (t.attention_mask != nullptr && at<uint8_t>(t.attention_mask, b, h, i, column) == 0) return false;
    if (column < p.mem_kv) return true;
    const int64_t delta = (p.segment - p.queries + i) - (column - p.mem_kv - p.memories);
    if (mask != nullptr && at<uint8_t>(mask, b, key) == 0) return false;
    if (p.causal && !ways.top_left && delta < 0) return false;
    if (p.window_left != BORESIGHT_UNLIMITED && delta > p.window_left) return false;
    return p.window_right == BORESIGHT_UNLIMITED || -delta <= p.window_right;
  }

  float bias(int64_t column) const {
    const int64_t token = column - p.mem_kv;
    if (token < 0 || p.bias == BORESIGHT_BIAS_NONE) return 0;
    if (p.bias == BORESIGHT_BIAS_DENSE) return at(t.dense, b, h, i, token);
    const auto given = [&] { return int64_t(at<int32_t>(t.query_positions, b, i)) - at<int32_t>(t.key_positions, b, token); };
    const int64_t distance = p.custom_positions ? given() : (p.segment - p.queries + i) - (token - p.memories);
    return -slope(p, t, b, h) * float(std::abs(distance));
  }

  float capped(float score) const { return p.softcap > 0 ? float(p.softcap) * std::tanh(score / float(p.softcap)) : score; }

  float score(int64_t column, const DLTensor* k, auto... row) const {
    const float added = bias(column);
    if (added == hidden) return hidden;
    if (ways.equal_weights) return 0;
    float dot = 0;
    for (int64_t d = 0; d < p.head_dim; ++d) dot += at(t.q, b, h, i, d) * at(k, row..., d);
    dot *= float(p.scale);
    return p.softcap_order == BORESIGHT_SOFTCAP_BEFORE_BIAS ? capped(dot) + added : capped(dot + added);
  }

  void see(Softmax& softmax, int64_t column, int64_t key, const DLTensor* mask, const DLTensor* k, const DLTensor* v,
           auto... row) const {
    const float found = visible(column, mask, key) ? score(column, k, row...) : hidden;
    if (found != hidden || ways.reads_hidden_values) softmax.add(found, v, row...);
  }

  void write() const {
    const float sink = p.sink ? at(t.sinks, h) : hidden;
    Softmax s{sink, sink > hidden ? 1.0f : 0.0f, std::vector<float>(size_t(p.value_dim))};
    if (p.zero_kv) {
      const float m = std::fmax(s.maximum, 0.0f);
      s.sum = s.sum * std::exp(s.maximum - m) + std::exp(-m);
      s.maximum = m;
    }
    for (int64_t c = 0; c < p.mem_kv; ++c) see(s, c, c, nullptr, t.mem_k, t.mem_v, g, c);
    for (int64_t c = 0; c < p.memories; ++c) see(s, p.mem_kv + c, c, t.memory_mask, t.memory_k, t.memory_v, b, g, c);
    for (int64_t c = 0; c < p.segment; ++c) see(s, p.mem_kv + p.memories + c, c, t.key_mask, t.segment_k, t.segment_v, b, g, c);
    for (size_t d = 0; d < s.values.size(); ++d) at(t.out, b, h, i, d) = s.sum > 0 ? s.values[d] / s.sum : 0;
    if (t.lse != nullptr) at(t.lse, b, h, i) = s.maximum + std::log(s.sum);
  }
};

template <class Each>
void for_each_row(const boresight_problem& p, Each each) {
  for (int64_t b = 0; b < p.batch; ++b)
    for (int64_t h = 0; h < p.heads; ++h)
      for (int64_t i = 0; i < p.queries; ++i) each(b, h, i);
}

inline void attend(const boresight_problem& p, const boresight_tensors& t, const Ways& ways = {}) {
  for_each_row(p, [&](int64_t b, int64_t h, int64_t i) {
    Row{p, t, ways, b, h, p.head_map == BORESIGHT_HEADS_TILED ? h % p.kv_heads : h / (p.heads / p.kv_heads), i}.write();
  });
}

inline const char* unsupported(void*, const boresight_problem* p, const boresight_tensors*) {
  if (p->type != BORESIGHT_F32) return "types other than f32";
  if (p->bias > BORESIGHT_BIAS_ALIBI && p->bias != BORESIGHT_BIAS_DENSE) return "tables and gates";
  return p->rotary_dims > 0 ? "rotary" : nullptr;
}

// A kernel by its name and what it does with a call.
using Run = const char*(void*, const boresight_problem*, const boresight_tensors*, const boresight_options*);
constexpr boresight_kernel kernel(const char* name, Run* run, const char* documented = nullptr) {
  return {BORESIGHT_KERNEL_HEAD, .name = name, .documented = documented, .unsupported = unsupported, .run = run};
}

}  // namespace honest
