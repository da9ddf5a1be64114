#include "properties/proofs/field/plain_sum.h"

#include <algorithm>
#include <cstdlib>

namespace boresight::field {
namespace {

// Where queries and keys stand: the last query on the last key, memories before position 0.
std::int64_t query_stands_at(const FieldCase& c, std::int64_t row) { return c.segment - c.queries + row; }
std::int64_t key_stands_at(const FieldCase& c, int part, std::int64_t index) { return part == 1 ? index - c.memories : index; }

// T5's buckets of 16: eight for one direction; four single distances, then twice as wide each.
std::int64_t bucket_of(std::int64_t distance) {
  std::int64_t bucket = std::min<std::int64_t>(std::abs(distance), 4);
  for (std::int64_t reach = 8; reach <= std::abs(distance) && bucket < 7; reach *= 2) ++bucket;
  return distance < 0 ? 8 + bucket : bucket;
}

// Of a key that stands at a position: mem_kv has none, and no bias.
std::int64_t bias_at(const FieldProblem& f, std::int64_t head, std::int64_t row, std::int64_t position) {
  const FieldCase& c = f.c;
  const std::int64_t tokens = c.memories + c.segment, distance = query_stands_at(c, row) - position;
  switch (c.bias) {
    case alibi:
      return -f.slopes[std::size_t(head)] * std::abs(distance);
    case buckets:
      return f.bucket_table[std::size_t(head * bucket_count + bucket_of(distance))];
    case distance_table:
      return f.distance_table[std::size_t(head * (tokens + c.queries - 1) + distance + c.queries - 1)];
    case dense:
      return f.dense_bias[std::size_t((head * c.queries + row) * tokens + c.memories + position)];
    case forget: {
      const std::int64_t* gates = f.forget_gates.data() + head * tokens;
      return gates[c.memories + query_stands_at(c, row)] - gates[c.memories + position];
    }
    default:
      return 0;
  }
}

bool mask_shows(const FieldProblem& f, std::int64_t head, std::int64_t row, int part, std::int64_t index) {
  if (f.parts[std::size_t(part)].shown[std::size_t(index)] == 0) return false;
  if (f.attention_mask.empty()) return true;
  const std::int64_t column = part == 0 ? index : part == 1 ? f.c.mem_kv + index : f.c.mem_kv + f.c.memories + index;
  return f.attention_mask[std::size_t((head * f.c.queries + row) * f.c.columns() + column)] != 0;
}

void add(Sums& sums, Weight weight, const Weight* value) {
  sums.empty = false;
  sums.weights = sums.weights + weight;
  for (std::size_t e = 0; value != nullptr && e < sums.values.size(); ++e) sums.values[e] = sums.values[e] + weight * value[e];
}

}  // namespace

bool sees(const FieldProblem& f, std::int64_t head, std::int64_t row, int part, std::int64_t index) {
  if (!mask_shows(f, head, row, part, index)) return false;
  if (part == 0) return true;
  const std::int64_t past = query_stands_at(f.c, row) - key_stands_at(f.c, part, index);
  return !(f.c.causal == 1 && past < 0) && !(f.c.left >= 0 && past > f.c.left) && !(f.c.right >= 0 && -past > f.c.right);
}

Sums plain_sum(const FieldProblem& f, std::int64_t head, std::int64_t row) {
  const std::int64_t kv_head = kv_head_of(f.c, head), at = head * f.c.queries + row;
  const std::int64_t constant = f.row_constants[std::size_t(at)];
  Sums sums{true, std::vector<Weight>(std::size_t(f.c.width)), {}};
  for (int number = 0; number < 3; ++number) {
    const Part& part = f.parts[std::size_t(number)];
    for (std::int64_t index = 0; index < part.length; ++index) {
      if (!sees(f, head, row, number, index)) continue;
      const std::int64_t key = kv_head * part.length + index;
      const std::int64_t bias = number == 0 ? 0 : bias_at(f, head, row, key_stands_at(f.c, number, index));
      const std::int64_t score = product(f.queries[std::size_t(at)], part.keys[std::size_t(key)]) + bias + constant;
      add(sums, exponential(score_of(score)), part.values.data() + key * f.c.width);
    }
  }
  if (f.c.zero_key == 1) add(sums, exponential({}), nullptr);
  if (f.c.sink == 1) add(sums, exponential(f.sinks[std::size_t(head)]), nullptr);
  return sums;
}

}  // namespace boresight::field
