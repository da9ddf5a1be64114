// cuda/tiled: flash attention in f32, any head_dim. A block takes 64 rows of one head and goes over the tiles of 64 columns that
// they see. Each of 256 threads has 4 x 4 scores: rows 4y .. 4y+3 and columns x, x+16, .., of which 16 neighbours in a warp share
// rows, and for each 64 entries of a value row 4 x 4 sums. Queries and keys come through shared memory 32 entries at a time,
// values 64 at a time, so that no size of head_dim or value_dim needs more memory.
#pragma once

#include "impl/cuda/call.h"
#include "impl/cuda/score.h"
#include "impl/cuda/weights.h"

namespace boresight::impl::cuda {

// `chunks`: of 64 entries, that hold value_dim.
template <int chunks>
struct Tiled {
  using Parameters = Call;
  static constexpr int threads = 256, warps = threads / warp_size;
  static constexpr std::int32_t rows = 64, keys = 64;

  // Of queries and keys. Neighbours in a warp read one entry of neighbouring rows: each from a bank of its own.
  static constexpr std::int32_t depth = 32, stride = depth + 1;
  static constexpr std::int32_t value_width = 64, weight_stride = keys + 4;

  struct Products {
    float queries[rows][stride], keys[Tiled::keys][stride];
  };
  struct Shared {
    union {  // one after the other
      Products products;
      float values[keys][value_width];
    };
    float weights[rows][weight_stride];
    float strip[rows + keys];
    std::uint8_t open[keys];
  };
  static constexpr std::size_t shared_bytes = sizeof(Shared);

  static constexpr std::int64_t items(const Call& call) { return row_tiles_of_heads(call); }

  static DEVICE void run(const Call& call) {
    for_each_row_tile_of_heads(
        call, [&](std::int32_t batch, std::int32_t head, Range<std::int32_t> mine) { Tiled(call, batch, head, mine).attend(); });
  }

 private:
  DEVICE Tiled(const Call& call, std::int32_t batch, std::int32_t head, Range<std::int32_t> mine)
      : call_(call),
        scorer_(call, batch, head),
        batch_(batch),
        head_(head),
        kv_head_(call.head_map.kv_head_of(head)),
        rows_(mine),
        shared_(*static_cast<Shared*>(shared_memory())) {}

  static DEVICE int x() { return place_of(thread(), 16).at; }
  static DEVICE int y() { return place_of(thread(), 16).row; }

  DEVICE void attend() {
    const TileVisits<std::int32_t> visits = call_.g.tile_visits(rows_, call_.tile_keys);
    for (std::int32_t visit = 0; visit < visits.count(); ++visit)
      attend_tile(tile_of(call_, scorer_, rows_, call_.g.column_tile(call_.tile_keys, visits.tile(visit)), keys));
    finish();
  }

  DEVICE void attend_tile(const Tile& tile) {
    const bool keys_masked = call_.key_mask.there() || call_.memory_mask.there();
    find_open(scorer_, tile, threads, shared_.open);
    if (tile.bias == TileBias::strip) fill_strip(call_, scorer_, tile, threads, shared_.strip);

    float scores[4][4] = {};
    for (std::int32_t first = 0; first < call_.head_dim; first += depth) {
      barrier();
      load_queries(first);
      load_keys(tile, first);
      barrier();
      if (works()) multiply(tile, min_of(depth, call_.head_dim - first), scores);
    }
    if (works()) {
      finish_scores<4, 4>(
          call_, scorer_, tile, shared_.strip, keys_masked ? shared_.open : nullptr,
          [&](int i) { return rows_.begin + 4 * y() + i; }, [&](int j) { return tile.columns.begin + x() + 16 * j; },
          [&](int i, int j) -> float& { return scores[i][j]; });
      weigh(scores);
    }
    UNROLL
    for (int chunk = 0; chunk < chunks; ++chunk) {
      barrier();
      load_values(tile, chunk * value_width);
      barrier();
      if (works()) add_values(tile, chunk);
    }
  }

  // Whether the thread's warp has a row. (A warp's lanes stay together: they reduce rows.)
  DEVICE bool works() const { return rows * warp() < warps * rows_.size(); }

  // Of rows, columns and entries that are not there nothing is loaded, and nothing is read.
  DEVICE void load_queries(std::int32_t first) {
    for (int k = thread(); k < rows_.size() * depth; k += threads) {
      const auto [r, d] = place_of(k, depth);
      if (first + d < call_.head_dim)
        shared_.products.queries[r][d] = call_.q.element(call_.q.offset(batch_, head_, rows_.begin + r, first + d));
    }
  }
  // Columns that rule 1 hides are zeros, whatever they hold.
  DEVICE void load_keys(const Tile& tile, std::int32_t first) {
    for (int k = thread(); k < tile.columns.size() * depth; k += threads) {
      const auto [c, d] = place_of(k, depth);
      if (first + d < call_.head_dim) shared_.products.keys[c][d] = element(call_.k, tile, c, first + d);
    }
  }
  DEVICE void load_values(const Tile& tile, std::int32_t first) {
    for (int k = thread(); k < tile.columns.size() * value_width; k += threads) {
      const auto [c, d] = place_of(k, value_width);
      if (first + d < call_.value_dim) shared_.values[c][d] = element(call_.v, tile, c, first + d);
    }
  }
  DEVICE float element(const KeyViews& views, const Tile& tile, std::int32_t c, std::int32_t d) const {
    if (shared_.open[c] == 0) return 0.0f;
    const KeyViews::Row row = views.row(call_.g, batch_, kv_head_, tile.columns.begin + c);
    return row.part->element(row.offset + d * row.part->step());
  }

  DEVICE void multiply(const Tile& tile, std::int32_t width, float (&scores)[4][4]) const {
    UNROLL_BY(4)
    for (int d = 0; d < width; ++d) {
      float query[4], key[4];
      UNROLL
      for (int i = 0; i < 4; ++i) query[i] = shared_.products.queries[4 * y() + i][d];
      UNROLL
      for (int j = 0; j < 4; ++j) {
        if (16 * j >= tile.columns.size()) continue;
        key[j] = shared_.products.keys[x() + 16 * j][d];
        UNROLL
        for (int i = 0; i < 4; ++i) scores[i][j] = fused(query[i], key[j], scores[i][j]);
      }
    }
  }

  // Scores become weights, which go to shared memory; sums and denominators go over to the new reference.
  DEVICE void weigh(const float (&scores)[4][4]) {
    UNROLL
    for (int i = 0; i < 4; ++i) {
      float largest = fmaxf(fmaxf(scores[i][0], scores[i][1]), fmaxf(scores[i][2], scores[i][3]));
      UNROLL
      for (int mask = 1; mask < 16; mask *= 2) largest = fmaxf(largest, shuffle_xor(largest, mask));
      const float reference = fmaxf(reference_[i], largest), factor = weight_of(reference_[i], reference);
      reference_[i] = reference;
      denominator_[i] *= factor;
      UNROLL
      for (int j = 0; j < 4; ++j) {
        const float weight = weight_of(scores[i][j], reference);
        denominator_[i] += weight;
        shared_.weights[4 * y() + i][x() + 16 * j] = weight;
      }
      UNROLL
      for (int e = 0; e < 4 * chunks; ++e) sums_[i][e] *= factor;
    }
  }

  DEVICE void add_values(const Tile& tile, int chunk) {
    UNROLL_BY(chunks < 8 ? 4 : 1)  // so that registers suffice
    for (int c = 0; c < tile.columns.size(); ++c) {
      float weight[4];
      UNROLL
      for (int i = 0; i < 4; ++i) weight[i] = shared_.weights[4 * y() + i][c];
      UNROLL
      for (int e = 0; e < 4; ++e) {
        const float value = shared_.values[c][4 * x() + e];
        UNROLL
        for (int i = 0; i < 4; ++i) sums_[i][4 * chunk + e] = fused(weight[i], value, sums_[i][4 * chunk + e]);
      }
    }
  }

  DEVICE void finish() {
    if (!works()) return;
    UNROLL
    for (int i = 0; i < 4; ++i) {
      float denominator = denominator_[i];  // a thread's own columns so far
      UNROLL
      for (int mask = 1; mask < 16; mask *= 2) denominator += shuffle_xor(denominator, mask);
      const RowEnd end = end_row(call_, head_, reference_[i], denominator);
      const std::int32_t row = rows_.begin + 4 * y() + i;
      if (!rows_.contains(row)) continue;
      if (x() == 0 && call_.lse.there()) call_.lse.as<float>(call_.lse.offset(batch_, head_, row)) = end.lse;
      UNROLL
      for (int e = 0; e < 4 * chunks; ++e) {
        const Place<std::int32_t> entry = place_of(e, 4);
        const std::int32_t d = entry.row * value_width + 4 * x() + entry.at;
        if (d < call_.value_dim) call_.out.store(call_.out.offset(batch_, head_, row, d), end.factor * sums_[i][e]);
      }
    }
  }

  const Call& call_;
  Scorer scorer_;
  std::int32_t batch_, head_, kv_head_;
  Range<std::int32_t> rows_;
  Shared& shared_;
  float sums_[4][4 * chunks] = {};
  float reference_[4] = {minus_infinity, minus_infinity, minus_infinity, minus_infinity}, denominator_[4] = {};
};

}  // namespace boresight::impl::cuda
