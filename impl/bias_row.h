// Bias row: adds the positional bias to the scores of one row of a tile. Persistent columns get none, of any kind.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "impl/convert.h"
#include "impl/geometry.h"
#include "impl/parameters.h"

namespace boresight::impl {

class BiasRow {
 public:
  // `buckets`: of the problem's bias, for as long as this is there.
  BiasRow(const Problem& problem, const Geometry<std::int32_t>& g, const Tensors& tensors, const BucketTable& buckets)
      : problem_(problem),
        g_(g),
        tensors_(tensors),
        buckets_(buckets),
        bias_scale_(float(parameter(problem, problem.bias.bias_scale))) {}

  void choose(std::int64_t batch, std::int64_t head) {
    batch_ = batch;
    head_ = head;
    if (problem_.bias.kind == BiasKind::alibi) slope_ = chosen_slope();
  }

  // Of the chosen head, for ALiBi.
  float slope() const { return slope_; }

  // Bias of the chosen head at a distance, for the kinds that are a table of distances: T5 and distance tables.
  float by_distance(std::int64_t distance) const {
    return problem_.bias.kind == BiasKind::relative_buckets ? bucketed(distance) : tabled(distance);
  }

  // Bias of the chosen head for a row and a column past the persistent ones.
  float at(std::int32_t row, std::int32_t column) const {
    switch (problem_.bias.kind) {
      case BiasKind::alibi:
        return alibi(row, column);
      case BiasKind::relative_buckets:
        return bucketed(distance(row, column));
      case BiasKind::distance_table:
        return tabled(distance(row, column));
      case BiasKind::dense:
        return dense(row, column);
      case BiasKind::forget:
        return forget(row, column);
      default:
        return 0;
    }
  }

  // Adds to `count` scores the bias of row x columns; `shown` holds the columns, counted from the tile's first, ascending.
  void add(std::int32_t row, Range<std::int32_t> tile, const std::int32_t* shown, std::int32_t count, float* scores) const {
    std::int32_t first = 0;
    while (first < count && g_.is_persistent(tile.begin + shown[first])) ++first;
    for (std::int32_t k = first; k < count; ++k) scores[k] += at(row, tile.begin + shown[k]);
  }

 private:
  // How far the key lies in the query's past, by order or by the positions given.
  std::int64_t distance(std::int32_t row, std::int32_t column) const {
    if (!problem_.custom_positions) return g_.signed_distance(row, column);
    const std::int64_t query = tensors_.query_positions.at<std::int32_t>(batch_, row);
    return query - tensors_.key_positions.at<std::int32_t>(batch_, g_.token_index(column));
  }

  float chosen_slope() const {
    const std::int64_t heads = problem_.bias.alibi_heads;
    if (problem_.bias.slopes == Slopes::geometric) return head_ < heads ? geometric_slope(head_, heads) : 0.0f;
    return read_element(tensors_.slopes, tensors_.slopes.offset(batch_, head_));
  }
  float alibi(std::int32_t row, std::int32_t column) const { return -slope_ * float(std::abs(distance(row, column))); }
  float bucketed(std::int64_t distance) const {
    const Tensor& table = tensors_.bucket_table;
    return bias_scale_ * read_element(table, table.offset(buckets_(distance), head_));
  }
  float tabled(std::int64_t distance) const {
    const Tensor& table = tensors_.distance_table;
    return read_element(table, table.offset(head_, g_.distance_index(distance)));
  }
  float dense(std::int32_t row, std::int32_t column) const {
    return read_element(tensors_.dense, tensors_.dense.offset(batch_, head_, row, g_.token_index(column)));
  }
  // F at the query's own place minus F at the key's: the log gates in between.
  float forget(std::int32_t row, std::int32_t column) const {
    const Tensor& sums = tensors_.forget;
    const float at_query = read_element(sums, sums.offset(batch_, head_, g_.query_token_index(row)));
    return at_query - read_element(sums, sums.offset(batch_, head_, g_.token_index(column)));
  }

  const Problem& problem_;
  const Geometry<std::int32_t>& g_;
  const Tensors& tensors_;
  const BucketTable& buckets_;
  float bias_scale_;
  std::int64_t batch_ = 0, head_ = 0;
  float slope_ = 0;
};

}  // namespace boresight::impl
