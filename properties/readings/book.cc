#include "properties/readings/book.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "properties/readings/decisions.h"
#include "properties/readings/number.h"

namespace boresight::properties::readings::book {

// --- heads and places ---

std::int64_t kv_head(const Reader& r, std::int64_t h) {
  const Problem& p = r.problem;
  return p.head_map == HeadMap::tiled ? h % p.kv_heads : h / (p.heads / p.kv_heads);
}

std::int64_t persistent_head(const Reader&, std::int64_t, std::int64_t kv_head) { return kv_head; }
std::int64_t key_sequence(const Reader&, std::int64_t b) { return b; }

std::int64_t query_place(const Reader& r, std::int64_t i) { return r.problem.segment - r.problem.queries + i; }
std::int64_t key_place(const Reader& r, std::int64_t c) { return c - r.problem.mem_kv - r.problem.memories; }
std::int64_t delta(const Reader& r, std::int64_t i, std::int64_t c) { return query_place(r, i) - key_place(r, c); }
std::int64_t order_delta(const Reader& r, std::int64_t, std::int64_t i, std::int64_t c) { return delta(r, i, c); }

// --- visibility ---

bool kept(const Reader& r, std::int64_t b, std::int64_t c) {
  const std::int64_t memory = c - r.problem.mem_kv, segment = memory - r.problem.memories;
  if (memory < 0) return true;
  if (segment < 0) return !r.tensors.memory_mask || r.tensors.memory_mask.at<std::uint8_t>(b, memory) != 0;
  return !r.tensors.key_mask || r.tensors.key_mask.at<std::uint8_t>(b, segment) != 0;
}

bool admitted(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c) {
  return !r.tensors.attention_mask || r.tensors.attention_mask.at<std::uint8_t>(b, h, i, c) != 0;
}

bool exempt(const Reader& r, std::int64_t c) { return c < r.problem.mem_kv; }

bool causal_sees(const Reader& r, std::int64_t delta) { return !r.problem.causal || delta >= 0; }

bool window_sees(const Reader& r, std::int64_t delta) {
  const Window& window = r.problem.window;
  if (window.left != unlimited && delta > window.left) return false;
  return window.right == unlimited || -delta <= window.right;
}

// --- bias ---

bool biased(const Reader& r, std::int64_t c) { return c >= r.problem.mem_kv; }

std::int64_t distance(const Reader& r, std::int64_t b, std::int64_t i, std::int64_t c) {
  if (!r.problem.custom_positions || c < r.problem.mem_kv) return delta(r, i, c);
  const Tensors& t = r.tensors;
  return std::int64_t(t.query_positions.at<std::int32_t>(b, i)) - t.key_positions.at<std::int32_t>(b, c - r.problem.mem_kv);
}

std::int64_t bias_head(const Reader&, std::int64_t h) { return h; }

double bias_factor(const Reader&) { return 1; }

double slope_size(std::int64_t count, std::int64_t k) {
  std::int64_t power = 1;
  while (2 * power <= count) power *= 2;
  if (k < power) return std::pow(2.0, -8.0 * double(k + 1) / double(power));
  return std::pow(2.0, -8.0 * double(2 * (k - power) + 1) / double(2 * power));  // the 1st, 3rd, .. of the next power
}

double slope(const Reader& r, std::int64_t b, std::int64_t h) {
  const Bias& bias = r.problem.bias;
  if (bias.slopes != Slopes::geometric) return number(r.tensors.slopes, b, h);
  return h < bias.alibi_heads ? parameter(r.problem, slope_size(bias.alibi_heads, h)) : 0;
}

std::int64_t bucket(const Reader& r, std::int64_t d) {
  const Bias& bias = r.problem.bias;
  std::int64_t count = bias.buckets, offset = 0;
  if (bias.bidirectional) {
    count /= 2;
    if (d < 0) offset = count;
    d = std::abs(d);
  }
  d = std::max<std::int64_t>(d, 0);
  const std::int64_t exact = count / 2;
  if (d < exact) return offset + d;
  const double e = double(exact);
  const double beyond = std::log(double(d) / e) / std::log(double(bias.max_distance) / e) * double(count - exact);
  return offset + std::min(count - 1, exact + std::int64_t(std::floor(std::min(beyond, double(count)))));
}

std::int64_t dense_column(const Reader& r, std::int64_t c) { return c - r.problem.mem_kv; }

std::int64_t forget_entry(const Reader& r, std::int64_t place) { return r.problem.memories + place; }

namespace {

// By the book every index is inside; a reading that leaves the table gets its nearest entry.
double table_bias(const Reader& r, std::int64_t h, std::int64_t d) {
  const std::int64_t last = r.tensors.distance_table.shape[1] - 1;
  return number(r.tensors.distance_table, h, std::clamp<std::int64_t>(d + r.problem.queries - 1, 0, last));
}

// By the book every column is inside; a reading that runs past the row's end goes on in the next row, and ends with 0.
double dense_bias(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t column) {
  const std::int64_t width = r.problem.memories + r.problem.segment;
  i += column / width;
  return i < r.problem.queries ? number(r.tensors.dense, b, h, i, column % width) : 0;
}

double forget_sum(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t entry) {
  const std::int64_t last = r.problem.memories + r.problem.segment - 1;
  return number(r.tensors.forget, b, h, std::clamp<std::int64_t>(entry, 0, last));
}

double forget_bias(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c) {
  return forget_sum(r, b, h, r.decide.forget_entry_of_row(r, query_place(r, i))) -
         forget_sum(r, b, h, r.decide.forget_entry_of_column(r, key_place(r, c)));
}

}  // namespace

double bias_value(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c, std::int64_t d) {
  switch (r.problem.bias.kind) {
    case BiasKind::none:
      return 0;
    case BiasKind::alibi:
      return -r.decide.slope(r, b, h) * double(std::abs(d));
    case BiasKind::relative_buckets:
      return parameter(r.problem, r.problem.bias.bias_scale) * number(r.tensors.bucket_table, bucket(r, d), h);
    case BiasKind::distance_table:
      return table_bias(r, h, d);
    case BiasKind::dense:
      return dense_bias(r, b, h, i, r.decide.dense_column(r, c));
    case BiasKind::forget:
      return forget_bias(r, b, h, i, c);
  }
  return 0;
}

// --- rotary ---

bool turned(const Reader& r, std::int64_t c) { return c >= r.problem.mem_kv; }

double query_turn(const Reader& r, std::int64_t b, std::int64_t i) {
  return r.problem.custom_positions ? number(r.tensors.query_positions, b, i) : double(query_place(r, i));
}

double key_turn(const Reader& r, std::int64_t b, std::int64_t c) {
  const bool custom = r.problem.custom_positions && c >= r.problem.mem_kv;
  return custom ? number(r.tensors.key_positions, b, c - r.problem.mem_kv) : double(key_place(r, c));
}

double query_scale_place(const Reader& r, std::int64_t b, std::int64_t i) { return r.decide.query_turn(r, b, i); }
double key_scale_place(const Reader& r, std::int64_t b, std::int64_t c) { return r.decide.key_turn(r, b, c); }
std::int64_t scale_sequence(const Reader&, std::int64_t b, std::int64_t) { return b; }

// --- scores and the softmax ---

double scale(const Reader& r) { return effective_scale(r.problem); }

double score(const Reader& r, double product, double bias) {
  const double softcap = parameter(r.problem, r.problem.softcap);
  const auto cap = [&](double x) { return softcap > 0 ? softcap * std::tanh(x / softcap) : x; };
  return r.problem.softcap_order == SoftcapOrder::before_bias ? cap(product) + bias : cap(product + bias);
}

double hidden_score(const Reader&) { return -std::numeric_limits<double>::infinity(); }

double sink(const Reader& r, std::int64_t h, double) {
  return r.problem.sink ? number(r.tensors.sinks, h) : -std::numeric_limits<double>::infinity();
}

bool empty_row_is_zeroed(const Reader&, std::int64_t, std::int64_t, std::int64_t) { return false; }

}  // namespace boresight::properties::readings::book
