#include "properties/proofs/field/field_problem.h"

#include <algorithm>

namespace boresight::field {
namespace {

// Elements of one tensor, each a function of the case's seed and its indices: a smaller size leaves the others alone.
class Fill {
 public:
  explicit Fill(const FieldCase& c) : seed_(std::uint64_t(c.seed)) {}
  std::uint64_t bits(Source tensor, std::int64_t a, std::int64_t b, std::int64_t e = 0) const {
    return element_bits(row_bits(seed_, tensor, a, b), e);
  }
  std::int64_t number(Source tensor, std::int64_t a, std::int64_t b, std::int64_t e = 0) const {
    return std::int64_t(bits(tensor, a, b, e) % 20'001) - 10'000;
  }
  std::uint8_t shown(Source tensor, std::int64_t percent, std::int64_t a, std::int64_t b, std::int64_t e = 0) const {
    return std::int64_t(bits(tensor, a, b, e) % 100) >= percent;
  }

 private:
  std::uint64_t seed_;
};

// The last column keeps its number when the part grows older ones in front of it: memories and segment count from their end.
Part part_of(const FieldCase& c, std::int64_t length, Source keys, Source values, Source mask, bool maskable) {
  const Fill fill(c);
  Part part{length, {}, {}, {}};
  for (std::int64_t head = 0; head < c.kv_heads; ++head)
    for (std::int64_t row = 0; row < length; ++row) {
      const std::int64_t from_end = length - row;
      part.keys.push_back({fill.bits(keys, head, from_end), false});
      for (std::int64_t e = 0; e < c.width; ++e)
        part.values.push_back({std::uint32_t(fill.bits(values, head, from_end, e) % prime)});
    }
  for (std::int64_t row = 0; row < length; ++row)
    part.shown.push_back(!maskable || fill.shown(mask, c.hidden_keys, 0, length - row));
  return part;
}

// The same product with every query for two keys at a time, half of the scores apart: 7^((p - 1) / 2) = -1.
void cancel_in_pairs(const FieldCase& c, Part& part) {
  for (std::int64_t key = 0; key < std::int64_t(part.keys.size()); ++key) {
    const std::int64_t score = Fill(c).number(Source::mem_k, -1, key / 2) + 10'000;
    part.keys[std::size_t(key)] = {std::uint64_t(score) + (key % 2) * (prime - 1) / 2, true};
  }
}

std::vector<std::int64_t> numbers(const FieldCase& c, Source tensor, std::int64_t rows, std::int64_t columns) {
  const Fill fill(c);
  std::vector<std::int64_t> result;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) result.push_back(fill.number(tensor, row, column));
  return result;
}

void fill_bias(FieldProblem& f) {
  const FieldCase& c = f.c;
  const std::int64_t tokens = c.memories + c.segment;
  if (c.bias == alibi) f.slopes = numbers(c, Source::slopes, c.heads, 1);
  if (c.bias == buckets) f.bucket_table = numbers(c, Source::bucket_table, c.heads, bucket_count);
  if (c.bias == distance_table)
    f.distance_table = numbers(c, Source::distance_table, c.heads, std::max<std::int64_t>(0, tokens + c.queries - 1));
  if (c.bias == dense) f.dense_bias = numbers(c, Source::dense, c.heads * c.queries, tokens);
  if (c.bias == forget) f.forget_gates = numbers(c, Source::forget, c.heads, tokens);
}

}  // namespace

FieldProblem problem_of(const FieldCase& c) {
  const Fill fill(c);
  FieldProblem f;
  f.c = c;
  f.parts = {part_of(c, c.mem_kv, Source::mem_k, Source::mem_v, Source::attention_mask, false),
             part_of(c, c.memories, Source::memory_k, Source::memory_v, Source::memory_mask, true),
             part_of(c, c.segment, Source::segment_k, Source::segment_v, Source::key_mask, true)};
  if (c.opposite == 1) cancel_in_pairs(c, f.parts[0]);
  for (std::int64_t head = 0; head < c.heads; ++head) {
    f.sinks.push_back(score_of(fill.number(Source::sinks, head, 0)));
    for (std::int64_t row = 0; row < c.queries; ++row) {
      f.queries.push_back(fill.bits(Source::q, head, c.queries - row));
      f.row_constants.push_back(0);
      for (std::int64_t column = 0; c.hidden_pairs > 0 && column < c.columns(); ++column)
        f.attention_mask.push_back(fill.shown(Source::attention_mask, c.hidden_pairs, head, c.queries - row, column));
    }
  }
  fill_bias(f);
  return f;
}

}  // namespace boresight::field
