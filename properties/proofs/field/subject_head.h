// One head of a problem, as the algorithm asks for it: the Source of attend_rows. Each index is taken from geometry.h, as
// kernels' sources take theirs. Part of the subject: it sees impl/.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <vector>

#include "impl/geometry.h"
#include "impl/online_softmax.h"
#include "properties/proofs/field/field_problem.h"

namespace boresight::field {

using Rows = impl::Range<std::int32_t>;

inline Problem layout_of(const FieldCase& c) {
  Problem problem;
  problem.heads = c.heads;
  problem.kv_heads = c.kv_heads;
  problem.head_map = c.tiled == 1 ? HeadMap::tiled : HeadMap::grouped;
  problem.queries = c.queries;
  problem.segment = c.segment;
  problem.memories = c.memories;
  problem.mem_kv = c.mem_kv;
  problem.window = {c.left, c.right};
  problem.causal = c.causal == 1;
  return problem;
}
inline impl::Tiling tiling_of(const FieldCase& c) {
  return {std::int32_t(c.tile_queries), std::int32_t(c.tile_keys), std::int32_t(c.splits)};
}

// T5's buckets by distance, up to the greatest there is.
class BucketsByDistance {
 public:
  BucketsByDistance(const FieldCase& c, std::int32_t limit) {
    for (std::int32_t size = 0; c.bias == buckets && size < limit; ++size)
      buckets_.push_back(size < 4 ? size : std::min<std::int64_t>(7, std::bit_width(std::uint32_t(size)) + 1));
  }
  std::int64_t operator()(std::int64_t distance) const {
    return element(buckets_, std::abs(distance)) + (distance < 0 ? bucket_count / 2 : 0);
  }

 private:
  std::vector<std::int64_t> buckets_;
};

class Head {
 public:
  // As scalar goes over heads: the key/value head is the one that this query head reads.
  Head(const FieldProblem& f, std::int64_t head, std::int32_t width)
      : Head(f, head, impl::heads_of(layout_of(f.c)).kv_head_of(head), width) {}
  // As vector kernels do: the query head is a member of this key/value head's group.
  Head(const FieldProblem& f, std::int64_t head, std::int64_t kv_head, std::int32_t width)
      : f_(f),
        g_(impl::geometry_of(layout_of(f.c))),
        head_(head),
        kv_head_(kv_head),
        width_(width),
        tokens_(f.c.memories + f.c.segment),
        buckets_(f.c, g_.distance_limit()) {}

  const impl::Geometry<std::int32_t>& geometry() const { return g_; }

  void load(Rows tile) {
    begin_tile(tile);
    for (std::int32_t column = tile.begin; column < tile.end; ++column) load_value(column - tile.begin, column, 0);
  }
  // The same of a run of columns whose rows follow that of the first in its part.
  void load_run(Rows run) {
    begin_tile(run);
    for (std::int32_t k = 0; k < run.size(); ++k) load_value(k, run.begin, k);
  }
  bool open(std::int32_t row, std::int32_t column) const {
    if (!open_to_any(column)) return false;
    return f_.attention_mask.empty() || element(f_.attention_mask, at(row) * f_.c.columns() + column) != 0;
  }
  bool open_to_any(std::int32_t column) const { return element(part(column).shown, g_.row_in_part(column)) != 0; }
  void score(std::int32_t row, Rows tile, const std::int32_t* shown, std::int32_t count, Score* scores) const {
    for (std::int32_t k = 0; k < count; ++k) {
      const std::int32_t column = tile.begin + shown[k];
      scores[k] = score_at(row, column, key(column), g_.signed_distance(row, column));
    }
  }
  const Weight* values() const { return values_.data(); }

  // Of the column, or `later` rows after it in its part.
  Key key(std::int32_t column, std::int32_t later = 0) const { return element(part(column).keys, key_index(column) + later); }
  Score score_at(std::int32_t row, std::int32_t column, const Key& key, std::int64_t distance) const {
    const std::int64_t bias = g_.is_persistent(column) ? 0 : bias_of(row, column, distance);
    return score_of(product(f_.queries[std::size_t(at(row))], key) + bias + f_.row_constants[std::size_t(at(row))]);
  }

 private:
  void begin_tile(Rows tile) { values_.assign(std::size_t(std::max(0, tile.size())) * std::size_t(width_), {}); }
  void load_value(std::int32_t into, std::int32_t column, std::int32_t later) {
    for (std::int32_t e = 0; e < std::min(std::int32_t(f_.c.width), width_); ++e)
      values_[std::size_t(into) * std::size_t(width_) + std::size_t(e)] =
          element(part(column).values, (key_index(column) + later) * f_.c.width + e);
  }
  std::int64_t at(std::int32_t row) const { return head_ * f_.c.queries + row; }
  const Part& part(std::int32_t column) const { return f_.parts[std::size_t(g_.key_part(column))]; }
  std::int64_t key_index(std::int32_t column) const { return kv_head_ * part(column).length + g_.row_in_part(column); }

  std::int64_t bias_of(std::int32_t row, std::int32_t column, std::int64_t distance) const {
    const std::int64_t token = g_.token_index(column);
    switch (f_.c.bias) {
      case alibi:
        return -f_.slopes[std::size_t(head_)] * std::abs(distance);
      case buckets:
        return element(f_.bucket_table, head_ * bucket_count + buckets_(distance));
      case distance_table:
        return element(f_.distance_table, head_ * (tokens_ + f_.c.queries - 1) + g_.distance_index(distance));
      case dense:
        return element(f_.dense_bias, at(row) * tokens_ + token);
      case forget:
        return element(f_.forget_gates, head_ * tokens_ + g_.query_token_index(row)) -
               element(f_.forget_gates, head_ * tokens_ + token);
      default:
        return 0;
    }
  }

  const FieldProblem& f_;
  impl::Geometry<std::int32_t> g_;
  std::int64_t head_, kv_head_;
  std::int32_t width_;
  std::int64_t tokens_;
  BucketsByDistance buckets_;
  std::vector<Weight> values_;  // of the loaded tile, [tile][padded width]
};

}  // namespace boresight::field
