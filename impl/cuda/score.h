// From a product q.k to a score: scale, cap and bias, and minus infinity where the column is hidden. Decided tile by tile, once
// for all threads: a tile that all rows see whole is not tested, and a tile behind the diagonal needs no absolute distances.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "impl/cuda/call.h"

namespace boresight::impl::cuda {

inline constexpr float minus_infinity = -__builtin_inff();
inline constexpr float log2_of_e = 1.44269504f;
inline constexpr float log_of_2 = 0.693147182f;

// Distances are whole floats up to here.
inline constexpr std::int32_t exact_distance = 1 << 24;

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

// How the bias of a tile is had. None: no column of it has any. Each: element by element, whatever it is.
enum class TileBias : std::uint8_t { none, behind, ahead, across, strip, each };

// A tile of rows and columns, as all of its threads see it.
struct Tile {
  Range<std::int32_t> rows, columns;
  TileBias bias;
  bool plain;             // every row sees every column by causality and window
  bool masked;            // rule 2, or a dense bias, may hide some
  std::int32_t keys_max;  // columns of a whole tile, those of the threads' registers
};

DEVICE Tile tile_of(const Call& call, const Scorer& scorer, Range<std::int32_t> rows, Range<std::int32_t> columns,
                    std::int32_t keys_max) {
  Tile tile{rows, columns, TileBias::each, bool(call.g.tile_plain(rows, columns)), scorer.masked(), keys_max};
  const bool tokens = call.g.first_token(columns) == columns.begin;  // and these alone
  if (call.bias == BiasKind::none || call.g.first_token(columns) == columns.end)
    tile.bias = TileBias::none;
  else if (scorer.is_by_distance())
    tile.bias = TileBias::strip;
  else if (call.bias == BiasKind::alibi && tokens && !call.query_positions.there() && call.g.distance_limit() < exact_distance)
    tile.bias = call.g.tile_behind(rows, columns)  ? TileBias::behind
                : call.g.tile_ahead(rows, columns) ? TileBias::ahead
                                                   : TileBias::across;
  return tile;
}

// The strip of a tile whose bias is by distance, by all threads of the block; a barrier must follow.
DEVICE void fill_strip(const Call& call, const Scorer& scorer, const Tile& tile, int threads, float* strip) {
  const Strip<std::int32_t> its = call.g.strip(tile.rows, tile.columns);
  for (std::int32_t k = thread(); k < its.length; k += threads) strip[k] = scorer.by_distance(its.farthest - k);
}

// Which of the tile's columns rule 1 leaves to anyone; [columns], in shared memory, by all threads: a barrier must follow.
DEVICE void find_open(const Scorer& scorer, const Tile& tile, int threads, std::uint8_t* open) {
  for (std::int32_t c = thread(); c < tile.columns.size(); c += threads) open[c] = scorer.open_to_any(tile.columns.begin + c);
}

// Products become scores, in the scorer's unit, where they are: in a thread's registers. It has count_rows x count_columns of
// them, score(i, j) of row_of(i) and column_of(j), which may lie past the tile's end: a column there is hidden, a row means
// nothing. From one row or column to the next the step is a constant once loops are unrolled, so that a distance costs one
// addition, and rows and columns often share them.
// `strip`: as filled, where the bias is by distance. `open`: as found, or null where rule 1 hides none. `own(k)`: floats of the
// thread's own in shared memory, as many as two of its rows have, for what is rare; null: it has so few scores that registers can
// be picked by comparing.
template <int count_rows, int count_columns, class RowOf, class ColumnOf, class Score, class Own = std::nullptr_t>
DEVICE void finish_scores(const Call& call, const Scorer& scorer, const Tile& tile, const float* strip, const std::uint8_t* open,
                          RowOf row_of, ColumnOf column_of, Score score, [[maybe_unused]] Own own = nullptr) {
  const auto each = [&](auto body) {
    UNROLL
    for (int i = 0; i < count_rows; ++i) {
      UNROLL
      for (int j = 0; j < count_columns; ++j) body(i, j, score(i, j));
    }
  };
  // For what takes many instructions: a copy of them for two rows, not for each score.
  const auto one_by_one = [&](auto body) {
    if constexpr (std::is_null_pointer_v<Own>) {
      UNROLL_BY(1)
      for (int k = 0; k < count_rows * count_columns; ++k) {
        const auto [i, j] = place_of(k, count_columns);
        const auto picked_alone = [&](auto use) {
          each([&](int at_row, int at_column, float& s) {
            if (at_row == i && at_column == j) use(s);
          });
        };
        float picked = 0;
        picked_alone([&](float& s) { picked = s; });
        body(i, j, picked);
        picked_alone([&](float& s) { s = picked; });
      }
    } else {
      static_assert(place_of(count_rows, 2).at == 0);
      const auto row = [](int k) { return place_of(k, count_columns).row; };
      const auto column = [](int k) { return place_of(k, count_columns).at; };
      UNROLL
      for (int first = 0; first < count_rows; first += 2) {
        UNROLL
        for (int k = 0; k < 2 * count_columns; ++k) own(k) = score(first + row(k), column(k));
        UNROLL_BY(1)
        for (int k = 0; k < 2 * count_columns; ++k) body(first + row(k), column(k), own(k));
        UNROLL
        for (int k = 0; k < 2 * count_columns; ++k) score(first + row(k), column(k)) = own(k);
      }
    }
  };
  const auto inside = [&](int i, int j) { return tile.rows.contains(row_of(i)) && tile.columns.contains(column_of(j)); };

  const bool cap = call.softcap > 0, capped_first = cap && call.softcap_order == SoftcapOrder::before_bias;
  const float scale = scorer.scale();
  if (cap || tile.bias == TileBias::each || tile.masked) {
    one_by_one([&](int i, int j, float& s) {
      s *= scale;
      if (capped_first) s = scorer.capped(s);
      if (!inside(i, j)) return;
      if (!call.g.is_persistent(column_of(j))) s += scorer.bias(row_of(i), column_of(j));
      if (cap && !capped_first) s = scorer.capped(s);
      if (tile.masked && !scorer.open_to_row(row_of(i), column_of(j))) s = minus_infinity;
    });
  } else {
    if (scale != 1.0f) each([&](int, int, float& s) { s *= scale; });
    const float slope = scorer.slope(), first = float(call.g.signed_distance(row_of(0), column_of(0)));
    const auto distance = [&](int i, int j) { return first + float((row_of(i) - row_of(0)) - (column_of(j) - column_of(0))); };
    if (tile.bias == TileBias::behind) {
      each([&](int i, int j, float& s) { s = fused(-slope, distance(i, j), s); });
    } else if (tile.bias == TileBias::ahead) {
      each([&](int i, int j, float& s) { s = fused(slope, distance(i, j), s); });
    } else if (tile.bias == TileBias::across) {
      each([&](int i, int j, float& s) { s = fused(-slope, fabsf(distance(i, j)), s); });
    } else if (tile.bias == TileBias::strip) {
      each([&](int i, int j, float& s) {
        if (inside(i, j) && !call.g.is_persistent(column_of(j)))
          s += strip[call.g.strip_begin(tile.rows, row_of(i)) + (column_of(j) - call.g.first_token(tile.columns))];
      });
    }
  }

  if (tile.columns.size() < tile.keys_max)
    each([&](int, int j, float& s) {
      if (!tile.columns.contains(column_of(j))) s = minus_infinity;
    });
  if (!tile.plain) {
    UNROLL
    for (int i = 0; i < count_rows; ++i) {
      const RowView<std::int32_t> view = call.g.row_view(min_of(row_of(i), tile.rows.end - 1), tile.columns);
      UNROLL
      for (int j = 0; j < count_columns; ++j) {
        const std::int32_t c = column_of(j) - tile.columns.begin;
        if (!(c < view.persistent_end || view.band.contains(c))) score(i, j) = minus_infinity;
      }
    }
  }
  if (open != nullptr)
    each([&](int, int j, float& s) {
      if (tile.columns.contains(column_of(j)) && open[column_of(j) - tile.columns.begin] == 0) s = minus_infinity;
    });
}

// ---- A row's running maximum and denominator; scores are natural, exponentials those of 2 ----

// e^(score - reference). A reference of minus infinity: nothing was seen yet, and the score is minus infinity too.
DEVICE float weight_of(float score, float reference) {
  return exp2_approx((score - (reference == minus_infinity ? 0.0f : reference)) * log2_of_e);
}

// What a row comes to.
struct RowEnd {
  float factor;  // of its sums
  float lse;
};
// Takes up the scores that have no value, the zero key and the sink.
DEVICE RowEnd end_row(const Call& call, std::int32_t head, float reference, float denominator) {
  float factor = 1;
  const auto take = [&](float score) {
    const float larger = fmaxf(reference, score), step = weight_of(reference, larger);
    factor *= step;
    denominator = denominator * step + weight_of(score, larger);
    reference = larger;
  };
  if (call.zero_kv) take(0.0f);
  if (call.sinks.there()) take(call.sinks.element(call.sinks.offset(head)));
  if (reference == minus_infinity) return {0.0f, minus_infinity};
  return {factor / denominator, reference + logf(denominator)};
}

}  // namespace boresight::impl::cuda
