// cuda/tensor_core: flash attention in bf16 and f16, by products of 16 x 16 with 16 x 8 elements. A block takes some rows of one
// head and goes over the tiles of columns that they see; each of its warps has rows of its own, and decides for itself which
// tiles they see and how. Scores, weights and sums never leave registers: where two products meet, the accumulators of one lie as
// the operands of the next. Keys and values come through shared memory in two stages: while a tile is worked on in one, the next
// is copied into the other. One barrier a tile: before it, this tile's copies have landed, and all are done with the tile before.
//
// Keys and values must lie in pieces of 16 bytes (lies_in_pieces); queries and outputs may lie as they like.
#pragma once

#include <cstring>
#include <type_traits>

#include "impl/cuda/algorithm.h"
#include "impl/cuda/call.h"
#include "impl/cuda/score.h"
#include "impl/cuda/weights.h"

namespace boresight::impl::cuda {

inline constexpr int chunk_elements = piece_bytes / 2;  // that are copied at once

// Two elements at an address of a std::uint32_t.
DEVICE std::uint32_t load_two(const void* at) {
  std::uint32_t two;
  std::memcpy(&two, __builtin_assume_aligned(at, 4), 4);
  return two;
}
DEVICE void store_two(void* at, std::uint32_t two) { std::memcpy(__builtin_assume_aligned(at, 4), &two, 4); }

// The elements of a row two by two, as they are in registers: at once, where they lie so.
class Pairs {
 public:
  DEVICE Pairs(const View& view, std::int32_t width) : view_(view), width_(width) {
    bool even = reinterpret_cast<std::uintptr_t>(view.data) % 4 == 0 && view.step() == 1;
    for (int d = 0; d < 3; ++d) even = even && view.stride[d] % 2 == 0;
    at_once_ = even;
  }
  // Entries d and d + 1 of the row at an offset; zeros past its end.
  DEVICE std::uint32_t load(std::int64_t row, std::int32_t d) const {
    if (d >= width_) return 0;
    const std::uint16_t* const at = &view_.as<std::uint16_t>(row + d * view_.step());
    if (d + 1 < width_ && at_once_) return load_two(at);
    return *at | (d + 1 < width_ ? std::uint32_t(at[view_.step()]) << 16 : 0u);
  }
  DEVICE void store(std::int64_t row, std::int32_t d, std::uint32_t two) const {
    if (d >= width_) return;
    std::uint16_t* const at = &view_.as<std::uint16_t>(row + d * view_.step());
    if (d + 1 < width_ && at_once_) return store_two(at, two);
    *at = std::uint16_t(two);
    if (d + 1 < width_) at[view_.step()] = std::uint16_t(two >> 16);
  }

 private:
  const View& view_;
  std::int32_t width_;
  bool at_once_;
};

// `width`: of rows of queries, keys and values in shared memory and in registers; what is narrower is filled up with zeros.
template <class Element, int width>
struct TensorCore {
  using Parameters = Call;
  static constexpr int warps = 4, threads = warps * warp_size;
  static constexpr TileShape shape = tensor_core_tiles(width).most;
  static constexpr std::int32_t rows = shape.queries, keys = shape.keys, warp_rows = rows / warps;
  static constexpr int slabs = warp_rows / 16;  // of 16 rows, a warp's: each key that is loaded serves them all

  // An odd number of chunks: the eight rows that a matrix is loaded from lie in other banks.
  static constexpr std::int32_t stride = width + chunk_elements;

  struct Stage {
    alignas(16) std::uint16_t key[keys][stride];
    alignas(16) std::uint16_t value[keys][stride];
    float strip[rows + keys];
    std::uint8_t open[keys];
  };
  struct Shared {
    Stage stage[2];
    alignas(16) std::uint16_t query[rows][stride];  // outputs at the end
    float own[keys / 2][threads];                   // of each thread, for two rows of its scores
  };
  static constexpr std::size_t shared_bytes = sizeof(Shared);

  static constexpr std::int64_t items(const Call& call) { return row_tiles_of_heads(call); }

  static DEVICE void run(const Call& call) {
    for_each_row_tile_of_heads(call, [&](std::int32_t batch, std::int32_t head, Range<std::int32_t> block_rows) {
      TensorCore(call, batch, head, block_rows).attend();
    });
  }

 private:
  using Scores = float[slabs][keys / 8][4];  // accumulators; weights later

  DEVICE TensorCore(const Call& call, std::int32_t batch, std::int32_t head, Range<std::int32_t> block_rows)
      : call_(call),
        scorer_(call, batch, head, Scorer::Unit::of_products),
        exponent_unit_(scorer_.unit() * log2_of_e),
        batch_(batch),
        head_(head),
        kv_head_(call.head_map.kv_head_of(head)),
        block_rows_(block_rows),
        has_rows_(warp() < tile_count(block_rows.size(), warp_rows)),
        keys_masked_(call.key_mask.there() || call.memory_mask.there()),
        shared_(*static_cast<Shared*>(shared_memory())) {
    const Range<std::int32_t> mine = tile_range(block_rows.size(), warp_rows, has_rows_ ? warp() : 0);
    rows_ = {block_rows.begin + mine.begin, block_rows.begin + mine.end};
    UNROLL
    for (int i = 0; i < 2 * slabs; ++i) reference_[i] = minus_infinity;
  }

  // ---- Where a lane's registers stand ----

  // Row i of a lane: of accumulators, two in each slab.
  DEVICE std::int32_t row(int i) const { return rows_.begin + 16 * (i / 2) + 8 * (i % 2) + lane() / 4; }
  // Column j of a lane in a row of accumulators, two in each eight.
  static DEVICE std::int32_t column(int j) { return 8 * (j / 2) + 2 * (lane() % 4) + j % 2; }
  // Of row i and column j the register.
  template <class Accumulators>
  static DEVICE auto& at(Accumulators& d, int i, int j) {
    return d[i / 2][j / 2][2 * (i % 2) + j % 2];
  }

  DEVICE void attend() {
    load_queries();
    const TileVisits<std::int32_t> visits = call_.g.tile_visits(block_rows_, call_.tile_keys);
    const auto columns_of = [&](std::int32_t visit) { return call_.g.column_tile(call_.tile_keys, visits.tile(visit)); };
    if (visits.count() > 0) bring(columns_of(0), shared_.stage[0]);
    for (std::int32_t visit = 0; visit < visits.count(); ++visit) {
      wait_copies<0>();
      barrier();
      if (visit + 1 < visits.count()) bring(columns_of(visit + 1), shared_.stage[(visit + 1) % 2]);
      const Range<std::int32_t> columns = columns_of(visit);
      if (has_rows_ && call_.g.tile_needed(rows_, columns)) attend_tile(columns, shared_.stage[visit % 2]);
    }
    if (has_rows_) finish();
  }

  // ---- Into shared memory and registers ----

  DEVICE void load_queries() {
    if (!has_rows_) return;
    const Pairs queries(call_.q, call_.head_dim);
    UNROLL_BY(4)
    for (int k = lane(); k < warp_rows * (width / 2); k += warp_size) {
      const auto [r, pair] = place_of(k, width / 2);
      const std::int32_t row = rows_.begin + r;
      const bool there = rows_.contains(row);
      store_two(&own_query(row)[2 * pair], there ? queries.load(call_.q.offset(batch_, head_, row), 2 * pair) : 0u);
    }
  }
  // A row in shared memory, of the warp's own.
  DEVICE std::uint16_t* own_query(std::int32_t row) const { return shared_.query[row - block_rows_.begin]; }

  // Begins to bring a tile. What rule 1 hides and what lies past the tile's end is zeros, whatever is there.
  DEVICE void bring(Range<std::int32_t> columns, Stage& stage) {
    UNROLL_BY(1)
    for (std::int32_t part = 0; part < 3; ++part) {
      const Range<std::int32_t> run = call_.g.run_of_part(columns, part);
      if (run.size() > 0) bring_run(columns, run, stage);
    }
    if (columns.size() < keys) {
      const std::uint16_t* const unread = source(call_.k, columns.begin).first;
      for_each_chunk([&](int r, int d) {
        if (r < columns.size()) return;
        copy_async(&stage.key[r][d], unread, false);
        copy_async(&stage.value[r][d], unread, false);
      });
    }
    commit_copies();
    if (scorer_.is_by_distance()) {
      const Tile tile = tile_of(call_, scorer_, block_rows_, columns, keys);
      if (tile.bias == TileBias::strip) fill_strip(call_, scorer_, tile, threads, stage.strip);
    }
  }
  // Its columns of one part, which follow one another there.
  DEVICE void bring_run(Range<std::int32_t> columns, Range<std::int32_t> run, Stage& stage) {
    const Source key = source(call_.k, run.begin), value = source(call_.v, run.begin);
    for_each_chunk([&](int r, int d) {
      const std::int32_t column = columns.begin + r;
      if (!run.contains(column)) return;
      const bool open = !keys_masked_ || scorer_.open_to_any(column);
      if (keys_masked_ && d == 0) stage.open[r] = open;
      const bool in_key = d < call_.head_dim, in_value = d < call_.value_dim;  // past a row's end its beginning is not read
      copy_async(&stage.key[r][d], key.row(column - run.begin) + (in_key ? d : 0), open && in_key);
      copy_async(&stage.value[r][d], value.row(column - run.begin) + (in_value ? d : 0), open && in_value);
    });
  }
  struct Source {
    const std::uint16_t* first;
    std::int64_t row_stride;
    DEVICE const std::uint16_t* row(std::int32_t k) const { return first + k * row_stride; }
  };
  DEVICE Source source(const KeyViews& views, std::int32_t column) const {
    const KeyViews::Row row = views.row(call_.g, batch_, kv_head_, column);
    return {&row.part->as<const std::uint16_t>(row.offset), row.part->stride[row.part->rank - 2]};
  }
  // The chunks of a tile, row r from entry d on, shared out among the threads: each has the same entries of some rows.
  template <class Body>
  static DEVICE void for_each_chunk(Body body) {
    constexpr int of_row = width / chunk_elements, rows_at_once = threads / of_row;
    UNROLL
    for (int k = 0; k < keys / rows_at_once; ++k) body(k * rows_at_once + thread() / of_row, thread() % of_row * chunk_elements);
  }

  // ---- A tile of the warp ----

  DEVICE void attend_tile(Range<std::int32_t> columns, const Stage& stage) {
    const Tile tile = tile_of(call_, scorer_, rows_, columns, keys);
    Scores scores = {};
    const bool whole = rows_.size() == warp_rows && columns.size() == keys;
    if (whole && call_.head_dim == width)
      multiply<true>(stage, columns.size(), scores);
    else
      multiply<false>(stage, columns.size(), scores);
    // The block's strip ends at its last row's distances.
    const float* const strip = stage.strip + (block_rows_.end - rows_.end);
    finish_scores<2 * slabs, keys / 4>(
        call_, scorer_, tile, strip, keys_masked_ ? stage.open : nullptr, [&](int i) { return row(i); },
        [&](int j) { return columns.begin + column(j); }, [&](int i, int j) -> float& { return at(scores, i, j); },
        [&](int k) -> float& { return shared_.own[k][thread()]; });
    weigh(scores);
    if (whole && call_.value_dim == width)
      add_values<true>(stage, columns.size(), scores);
    else
      add_values<false>(stage, columns.size(), scores);
  }

  // What is not there is not multiplied: sixteens of rows, columns and entries. Where all are there no product waits for a test.
  DEVICE int sixteens_of_rows() const { return tile_count(rows_.size(), 16); }

  template <bool whole>
  DEVICE void multiply(const Stage& stage, std::int32_t columns, Scores& scores) const {
    UNROLL_BY(8)  // of 16 in a row without a test, ptxas would have more in flight than registers hold
    for (int k = 0; k < width / 16; ++k) {
      if (!whole && 16 * k >= call_.head_dim) break;
      std::uint32_t query[slabs][4];
      UNROLL
      for (int slab = 0; slab < slabs; ++slab)
        load_matrices(query[slab], &own_query(rows_.begin + 16 * slab + lane() % 16)[16 * k + 8 * (lane() / 16)]);
      UNROLL
      for (int j = 0; j < keys / 16; ++j) {
        if (!whole && 16 * j >= columns) break;
        std::uint32_t key[4];  // two operands of eight keys each
        load_matrices(key, &stage.key[16 * j + 8 * (lane() / 16) + lane() % 8][16 * k + 8 * (lane() / 8 % 2)]);
        UNROLL
        for (int slab = 0; slab < slabs; ++slab) {
          if (!whole && slab >= sixteens_of_rows()) break;
          multiply_add<Element>(scores[slab][2 * j], query[slab], {key[0], key[1]});
          multiply_add<Element>(scores[slab][2 * j + 1], query[slab], {key[2], key[3]});
        }
      }
    }
  }

  // Scores become weights; denominators and sums go over to the new references.
  DEVICE void weigh(Scores& scores) {
    float reference[2 * slabs], exponent[2 * slabs], factor[2 * slabs];
    bool all_near = true, climbs = false;
    UNROLL
    for (int i = 0; i < 2 * slabs; ++i) {
      float largest = at(scores, i, 0);
      UNROLL
      for (int j = 1; j < keys / 4; ++j) largest = fmaxf(largest, at(scores, i, j));
      largest = fmaxf(largest, shuffle_xor(largest, 1));
      largest = fmaxf(largest, shuffle_xor(largest, 2));
      largest = fmaxf(largest, reference_[i]);
      reference[i] = largest == minus_infinity ? 0.0f : largest;  // nothing was seen yet, and all weights are 0
      exponent[i] = exponent_of(reference[i]);
      factor[i] = exp2_approx(near(exponent[i]) ? exponent_of(reference_[i]) - exponent[i]
                                                : (reference_[i] - reference[i]) * exponent_unit_);
      all_near = all_near && near(exponent[i]);
      climbs = climbs || largest > reference_[i];
      reference_[i] = largest;
      denominator_[i] *= factor[i];
    }
    const auto each = [&](auto weight_exponent) {
      UNROLL
      for (int i = 0; i < 2 * slabs; ++i) {
        float sum = 0;
        UNROLL
        for (int j = 0; j < keys / 4; ++j) {
          float& score = at(scores, i, j);
          score = exp2_approx(weight_exponent(i, score));
          sum += score;
        }
        denominator_[i] += sum;
      }
    };
    const auto in_one_step = [&](int i, float score) { return fused(score, exponent_unit_, -exponent[i]); };
    if (all_near)
      each(in_one_step);
    else
      each([&](int i, float score) {
        return near(exponent[i]) ? in_one_step(i, score) : (score - reference[i]) * exponent_unit_;
      });
    if (ballot(climbs) == 0) return;
    UNROLL
    for (int i = 0; i < 2 * slabs; ++i) {
      UNROLL
      for (int e = 0; e < width / 4; ++e) at(sums_, i, e) *= factor[i];
    }
  }

  // A reference as an exponent of 2, rounded: what is multiplied here is not to be fused with what comes after.
  DEVICE float exponent_of(float reference) const { return fused(reference, exponent_unit_, 0.0f); }
  // Whether what rounding took from it is far less than a power of two, so that weights may be taken in one step.
  static DEVICE bool near(float exponent) { return fabsf(exponent) <= 0x1p20f; }

  template <bool whole>
  DEVICE void add_values(const Stage& stage, std::int32_t columns, const Scores& weights) {
    std::uint32_t weight[keys / 16][slabs][4];
    UNROLL
    for (int k = 0; k < keys / 16; ++k) {
      UNROLL
      for (int slab = 0; slab < slabs; ++slab) {
        UNROLL
        for (int r = 0; r < 4; ++r) {
          const float(&d)[4] = weights[slab][2 * k + r / 2];
          weight[k][slab][r] = pack<Element>(d[2 * (r % 2)], d[2 * (r % 2) + 1]);
        }
      }
    }
    UNROLL
    for (int e = 0; e < width / 16; ++e) {
      if (!whole && 16 * e >= call_.value_dim) break;
      UNROLL
      for (int k = 0; k < keys / 16; ++k) {
        if (!whole && 16 * k >= columns) break;
        std::uint32_t value[4];  // two operands of eight entries each
        load_matrices_transposed(value, &stage.value[16 * k + lane() % 16][16 * e + 8 * (lane() / 16)]);
        UNROLL
        for (int slab = 0; slab < slabs; ++slab) {
          if (!whole && slab >= sixteens_of_rows()) break;
          multiply_add<Element>(sums_[slab][2 * e], weight[k][slab], {value[0], value[1]});
          multiply_add<Element>(sums_[slab][2 * e + 1], weight[k][slab], {value[2], value[3]});
        }
      }
    }
  }

  // ---- Out ----

  // By way of the warp's rows of queries, which nobody wants any more: so neighbours in a warp write neighbours.
  DEVICE void finish() {
    warp_barrier();
    UNROLL
    for (int i = 0; i < 2 * slabs; ++i) {
      float denominator = denominator_[i];  // of the lane's own columns so far
      denominator += shuffle_xor(denominator, 1);
      denominator += shuffle_xor(denominator, 2);
      const RowEnd end = end_row(call_, head_, reference_[i] * scorer_.unit(), denominator);
      if (lane() % 4 == 0 && call_.lse.there() && rows_.contains(row(i)))
        call_.lse.as<float>(call_.lse.offset(batch_, head_, row(i))) = end.lse;
      UNROLL
      for (int e = 0; e < width / 4; e += 2)
        store_two(&own_query(row(i))[column(e)], pack<Element>(end.factor * at(sums_, i, e), end.factor * at(sums_, i, e + 1)));
    }
    warp_barrier();
    const Pairs out(call_.out, call_.value_dim);
    UNROLL_BY(4)
    for (int k = lane(); k < rows_.size() * (width / 2); k += warp_size) {
      const auto [r, pair] = place_of(k, width / 2);
      const std::int32_t row = rows_.begin + r;
      out.store(call_.out.offset(batch_, head_, row), 2 * pair, load_two(&own_query(row)[2 * pair]));
    }
  }

  const Call& call_;
  Scorer scorer_;
  float exponent_unit_;  // log2 of a weight for a score of 1
  std::int32_t batch_, head_, kv_head_;
  Range<std::int32_t> block_rows_, rows_;  // the block's and the warp's
  bool has_rows_, keys_masked_;
  Shared& shared_;
  float sums_[slabs][width / 8][4] = {};
  float reference_[2 * slabs], denominator_[2 * slabs] = {};  // in the scorer's unit; of the lane's columns
};

}  // namespace boresight::impl::cuda
