// What is added to a product q.k of one head, and what hides it: bias of every kind, masks, cap; element by element.
#pragma once

#include <cmath>
#include <cstdint>

#include "impl/cuda/call.h"

namespace boresight::impl::cuda {

inline constexpr float minus_infinity = -__builtin_inff();

// Of one head of one sequence.
class Scorer {
 public:
  // Natural scores, or such as stay products: in the unit of the scale, where nothing but a slope is added to them, and that is
  // far from every end of the floats; natural ones elsewhere.
  enum class Unit : std::uint8_t { natural, of_products };

  DEVICE Scorer(const Call& call, std::int32_t batch, std::int32_t head, Unit unit = Unit::natural)
      : call_(call), batch_(batch), head_(head), scale_(call.scale) {
    if (call.bias == BiasKind::alibi) slope_ = call.slopes.element(call.slopes.offset(batch, head));
    const bool slopes_alone = call.bias == BiasKind::none || (call.bias == BiasKind::alibi && !call.query_positions.there());
    const float longest = float(call.g.distance_limit());
    if (unit == Unit::of_products && slopes_alone && !(call.softcap > 0) && 0x1p-20f <= scale_ && scale_ <= 0x1p20f &&
        slope_ * longest <= 0x1p80f) {
      unit_ = scale_;
      slope_ /= scale_;
      scale_ = 1;
    }
  }

  // What a score is times, to be natural.
  DEVICE float unit() const { return unit_; }
  // What a product is times, to be a score.
  DEVICE float scale() const { return scale_; }

  // Rule 1: whether the masks of keys and memories leave the column to anyone.
  DEVICE bool open_to_any(std::int32_t column) const {
    const std::int32_t part = call_.g.key_part(column), at = call_.g.row_in_part(column);
    if (part == 1)
      return !call_.memory_mask.there() || call_.memory_mask.as<std::uint8_t>(call_.memory_mask.offset(batch_, at)) != 0;
    if (part == 2) return !call_.key_mask.there() || call_.key_mask.as<std::uint8_t>(call_.key_mask.offset(batch_, at)) != 0;
    return true;
  }
  // Rule 2, and a dense bias that hides.
  DEVICE bool open_to_row(std::int32_t row, std::int32_t column) const {
    if (call_.attention_mask.there() &&
        call_.attention_mask.as<std::uint8_t>(call_.attention_mask.offset(batch_, head_, row, column)) == 0)
      return false;
    return call_.bias != BiasKind::dense || call_.g.is_persistent(column) || dense(row, column) != minus_infinity;
  }
  // Whether rule 2 or a dense bias may hide any.
  DEVICE bool masked() const { return call_.attention_mask.there() || call_.bias == BiasKind::dense; }

  // The bias of any kind, of a row and a column past the persistent ones, in the unit of the scores.
  DEVICE float bias(std::int32_t row, std::int32_t column) const {
    switch (call_.bias) {
      case BiasKind::alibi: {
        const std::int64_t d = distance(row, column);
        return -slope_ * float(d < 0 ? -d : d);
      }
      case BiasKind::relative_buckets:
      case BiasKind::distance_table:
        return by_distance(distance(row, column));
      case BiasKind::dense:
        return dense(row, column);
      case BiasKind::forget:
        return gates(call_.g.query_token_index(row)) - gates(call_.g.token_index(column));
      default:
        return 0.0f;
    }
  }
  // The bias of the kinds that are a table of distances.
  DEVICE float by_distance(std::int64_t distance) const {
    if (call_.bias == BiasKind::distance_table)
      return call_.distance_table.element(call_.distance_table.offset(head_, call_.g.distance_index(distance)));
    return call_.bias_scale * call_.bucket_table.element(call_.bucket_table.offset(bucket(distance), head_));
  }
  DEVICE bool is_by_distance() const {
    return (call_.bias == BiasKind::relative_buckets || call_.bias == BiasKind::distance_table) && !call_.query_positions.there();
  }
  DEVICE float slope() const { return slope_; }

  DEVICE float capped(float score) const { return call_.softcap * tanhf(score / call_.softcap); }

 private:
  DEVICE std::int64_t distance(std::int32_t row, std::int32_t column) const {
    if (!call_.query_positions.there()) return call_.g.signed_distance(row, column);
    const std::int64_t query = call_.query_positions.as<std::int32_t>(call_.query_positions.offset(batch_, row));
    return query - call_.key_positions.as<std::int32_t>(call_.key_positions.offset(batch_, call_.g.token_index(column)));
  }
  DEVICE std::int32_t bucket(std::int64_t distance) const {
    const bool mirrored = call_.bidirectional && distance < 0;
    const std::int64_t size = max_of<std::int64_t>(mirrored ? -distance : distance, 0);
    const std::int32_t of_size = call_.bucket_of_size[min_of<std::int64_t>(size, call_.bucket_sizes - 1)];
    return mirrored ? of_size + call_.buckets / 2 : of_size;
  }
  DEVICE float dense(std::int32_t row, std::int32_t column) const {
    return call_.dense.element(call_.dense.offset(batch_, head_, row, call_.g.token_index(column)));
  }
  DEVICE float gates(std::int32_t token) const { return call_.forget.element(call_.forget.offset(batch_, head_, token)); }

  const Call& call_;
  std::int32_t batch_, head_;
  float slope_ = 0, unit_ = 1, scale_;
};

}  // namespace boresight::impl::cuda
