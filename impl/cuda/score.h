// From a tile of products q.k to scores: scale, cap and bias, and minus infinity where the column is hidden. Decided tile by
// tile, once for all threads: a tile that all rows see whole is not tested, and a tile behind the diagonal needs no absolute
// distances.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "impl/cuda/scorer.h"

namespace boresight::impl::cuda {

// Distances below it are whole floats, and so are those that are counted on from a tile's tokens to its persistent columns.
inline constexpr std::int32_t exact_distance = (1 << 24) - 128;

// How the bias of a tile is had. None: no column of it has any. Mixed: as across the diagonal, wherever it lies, but for its
// persistent columns, which have none. Each: element by element, whatever it is.
enum class TileBias : std::uint8_t { none, behind, ahead, across, mixed, strip, each };

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
  const std::int32_t first_token = call.g.first_token(columns);
  if (call.bias == BiasKind::none || first_token == columns.end)
    tile.bias = TileBias::none;
  else if (scorer.is_by_distance())
    tile.bias = TileBias::strip;
  else if (call.bias == BiasKind::alibi && !call.query_positions.there() && call.g.distance_limit() < exact_distance)
    tile.bias = columns.begin < first_token         ? TileBias::mixed
                : call.g.tile_behind(rows, columns) ? TileBias::behind
                : call.g.tile_ahead(rows, columns)  ? TileBias::ahead
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
    } else if (tile.bias == TileBias::mixed) {
      UNROLL
      for (int j = 0; j < count_columns; ++j) {
        const float of_column = call.g.is_persistent(column_of(j)) ? 0.0f : slope;
        UNROLL
        for (int i = 0; i < count_rows; ++i) score(i, j) = fused(-of_column, fabsf(distance(i, j)), score(i, j));
      }
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

}  // namespace boresight::impl::cuda
