// simd/decode: few queries against many keys (Flash-Decoding, Dao et al. 2023), in f32 whatever the inputs' type. Keys and
// values are read where they lie, once for all query heads of their key/value head; rows whose elements do not lie side by side,
// or that turn, go through a tile of floats. What comes next is fetched from memory while there is something to multiply. The
// keys are split into parts, which are the work that threads share; the parts of a row are merged by (m, l) in their order. How
// many parts there are is for the problem to say, not for the threads.
#include "impl/simd/decode.h"

#include <algorithm>
#include <atomic>

#include "impl/finish_row.h"
#include "impl/simd/call.h"
#include "impl/simd/flushed.h"
#include "impl/simd/pool.h"
#include "impl/simd/targets.h"
#include "impl/tiling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/simd/decode.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "impl/simd/convert-inl.h"
#include "impl/simd/products-inl.h"
#include "impl/simd/scores-inl.h"
#include "impl/simd/turn-inl.h"

#ifndef BORESIGHT_IMPL_SIMD_DECODE_TILING
#define BORESIGHT_IMPL_SIMD_DECODE_TILING
namespace boresight::impl::simd {

inline constexpr std::int64_t part_columns_least = 1024, parts_max = 64;  // of the parts that decode chooses itself

inline Tiling decode_tiling(const Geometry<std::int32_t>& g, const Options& options) {
  Tiling tiling = tiling_of(decode_tiles, g, options);
  const std::int64_t tiles = g.column_tiles(tiling.keys);
  const std::int64_t usual = std::min<std::int64_t>(place_of<std::int64_t>(g.columns().end, part_columns_least).row, parts_max);
  tiling.splits = std::int32_t(part_count(tiles, options.splits > 0 ? options.splits : usual));
  return tiling;
}

}  // namespace boresight::impl::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

constexpr std::int64_t row_bytes(std::int32_t width) { return width * std::int64_t(sizeof(float)); }

// The columns of a tile are padded to whole vectors of scores, and to whole groups of keys.
inline constexpr std::int32_t columns_at_once = std::max(vector_lanes, std::int32_t(keys_at_once));

// How much of everything there is.
struct Sizes {
  Sizes(const Problem& problem, const Tiling& tiling)
      : heads(problem.batch * problem.kv_heads),
        parts(tiling.splits),
        rows(std::int32_t(heads_of(problem).group()) * tiling.queries),
        columns(padded(tiling.keys, columns_at_once)),
        score_stride(padded(columns + score_slack, row_padding)),
        key_width(padded_row(problem.head_dim)),
        value_width(padded_row(problem.value_dim)) {}

  std::int64_t heads;                   // of keys and values, of all sequences
  std::int32_t parts;                   // of the columns
  std::int32_t rows;                    // of a tile of queries, for all members of a group
  std::int32_t columns, score_stride;   // of a tile of keys
  std::int32_t key_width, value_width;  // of padded rows
};

// The state of every row of one tile of queries, for each sequence, key/value head and part:
// [batch][kv_head][part][member of the group][row].
class States {
 public:
  States(const Sizes& sizes, Workspace& workspace)
      : sizes_(sizes),
        sums_(workspace.take<float>(count() * std::size_t(sizes.value_width))),
        states_(workspace.take<RowState<FloatArithmetic>>(count())),
        done_(workspace.take<std::int32_t>(std::size_t(sizes.heads))) {}

  // Before each tile of queries.
  void begin() { std::fill(done_, done_ + sizes_.heads, 0); }
  // Rows of one part, empty; `head` counts sequences and key/value heads together.
  RowState<FloatArithmetic>* empty_part(std::int64_t head, std::int64_t number) {
    RowState<FloatArithmetic>* const rows = part(head, number);
    for (std::int32_t r = 0; r < sizes_.rows; ++r) {
      rows[r].sums = sums_ + (rows - states_ + r) * sizes_.value_width;
      clear(rows[r], sizes_.value_width);
    }
    return rows;
  }
  RowState<FloatArithmetic>* part(std::int64_t head, std::int64_t number) {
    return states_ + (head * sizes_.parts + number) * sizes_.rows;
  }
  // Whether this part of the head was the last to be done: whoever did it sees what all others did.
  bool last_done(std::int64_t head) {
    return std::atomic_ref(done_[head]).fetch_add(1, std::memory_order_acq_rel) == sizes_.parts - 1;
  }

 private:
  std::size_t count() const { return std::size_t(sizes_.heads * sizes_.parts * sizes_.rows); }

  const Sizes& sizes_;
  float* sums_;
  RowState<FloatArithmetic>* states_;
  std::int32_t* done_;  // parts of each head
};

// A tile of columns: where their keys and values lie, and those that rule 1 hides, counted from the first.
struct KeyTile {
  const void **key_rows, **value_rows;
  std::int32_t* hidden;
  Range<std::int32_t> columns{};
  std::int32_t hidden_count = 0;
  bool keys_in_place = true, values_in_place = true;  // else in the worker's tile of floats
  bool keys_turn = false;                             // on their way from where they lie into it
};

// What each worker needs: a tile of keys and values, where their rows lie, and the queries and scores of all rows that read it.
class Scratch {
 public:
  Scratch(const Sizes& sizes, const Tiling& tiling, int workers, Workspace& workspace)
      : keys_(take<float>(workspace, workers, floats(sizes.columns, sizes.key_width))),
        values_(take<float>(workspace, workers, floats(sizes.columns, sizes.value_width))),
        queries_(take<float>(workspace, workers, floats(sizes.rows, sizes.key_width))),
        scores_(take<float>(workspace, workers, floats(sizes.rows, sizes.score_stride))),
        wide_(take<float>(workspace, workers, std::max(floats(key_block, sizes.key_width), floats(row_block, slab_width)))),
        strips_(take<float>(workspace, workers, std::int64_t(Scorer::strip_floats(tiling)))),
        key_rows_(take<const void*>(workspace, 2 * workers, sizes.columns)),
        value_rows_(take<const void*>(workspace, 2 * workers, sizes.columns)),
        hidden_(take<std::int32_t>(workspace, 2 * workers, sizes.columns)),
        nothing_(take<float>(workspace, 1, std::max(sizes.key_width, sizes.value_width))) {}

  void begin() { std::fill(nothing_.first, nothing_.first + nothing_.each, 0.0f); }
  float* keys(int worker) const { return keys_.of(worker); }
  float* values(int worker) const { return values_.of(worker); }
  float* queries(int worker) const { return queries_.of(worker); }
  float* scores(int worker) const { return scores_.of(worker); }
  float* wide(int worker) const { return wide_.of(worker); }
  float* strip(int worker) const { return strips_.of(worker); }
  KeyTile tile(int number) const { return {key_rows_.of(number), value_rows_.of(number), hidden_.of(number)}; }
  const void* nothing() const { return nothing_.first; }

 private:
  template <class T>
  struct Slices {
    T* first;
    std::ptrdiff_t each;
    T* of(int worker) const { return first + worker * each; }
  };
  static std::int64_t floats(std::int64_t rows, std::int64_t width) { return rows * width; }
  // Whole lines of the cache for each worker.
  template <class T>
  static Slices<T> take(Workspace& workspace, int workers, std::int64_t count) {
    const std::ptrdiff_t each = padded(count, std::int64_t(Workspace::alignment / sizeof(T)));
    return {workspace.take<T>(std::size_t(workers * each)), each};
  }

  Slices<float> keys_, values_, queries_, scores_, wide_, strips_;
  Slices<const void*> key_rows_, value_rows_;
  Slices<std::int32_t> hidden_;
  Slices<float> nothing_;  // a row of zeros, for all
};

// One worker: a part of the columns for all rows of a key/value head.
class Reader {
 public:
  Reader(const Call& call, const Tiling& tiling, const Sizes& sizes, const Scratch& scratch, int worker)
      : call_(call),
        tiling_(tiling),
        sizes_(sizes),
        scorer_(call, scratch.strip(worker)),
        masks_(call.problem, call.g, call.tensors),
        keys_(scratch.keys(worker)),
        values_(scratch.values(worker)),
        queries_(scratch.queries(worker)),
        scores_(scratch.scores(worker)),
        wide_(scratch.wide(worker)),
        tiles_{scratch.tile(2 * worker), scratch.tile(2 * worker + 1)},
        nothing_(scratch.nothing()) {}

  // The visits of one part, for all query heads of a key/value head; `states` [member][row] take them up.
  void attend(std::int64_t batch, std::int64_t kv_head, Range<std::int32_t> rows, std::int32_t part,
              RowState<FloatArithmetic>* states) {
    batch_ = batch;
    kv_head_ = kv_head;
    masks_.choose(batch, call_.heads.query_head_of(kv_head, 0));
    for (std::int32_t r = 0; r < call_.group * rows.size(); ++r) {
      const auto [member, row] = place_of(r, rows.size());
      call_.read_query(batch, call_.heads.query_head_of(kv_head, member), rows.begin + row,
                       queries_ + std::ptrdiff_t(r) * sizes_.key_width, ReadRow());
    }
    KeyTile *found = &tiles_[0], *last = &tiles_[1];
    last->columns = {0, 0};
    last->hidden_count = 0;
    for_each_visit(call_.g, rows, tiling_.keys, tiling_.splits, part, [&](std::int32_t, Range<std::int32_t> columns) {
      find_rows(columns, *found);
      attend_tile(rows, *last, *found, states);
      std::swap(found, last);
    });
    found->columns = {0, 0};
    attend_tile(rows, *last, *found, states);
  }

 private:
  float* scores(std::int32_t r) const { return scores_ + std::ptrdiff_t(r) * sizes_.score_stride; }

  // One tile, and the one to come, whose keys are fetched meanwhile.
  void attend_tile(Range<std::int32_t> rows, const KeyTile& tile, const KeyTile& next, RowState<FloatArithmetic>* states) {
    if (tile.hidden_count == tile.columns.size()) return;
    const std::int32_t end = padded_range(tile.columns, columns_at_once).size(), all_rows = call_.group * rows.size();
    if (tile.keys_turn)
      turn_keys(tile);
    else if (!tile.keys_in_place)
      read_keys(tile);
    multiply_keys(all_rows, tile, end);
    for (std::int32_t r = 0; r < all_rows; ++r) {
      const auto [member, row] = place_of(r, rows.size());
      if (row == 0) {
        scorer_.choose(batch_, call_.heads.query_head_of(kv_head_, member));
        scorer_.begin(rows, tile.columns);
      }
      const float largest = scorer_.finish(rows.begin + row, {tile.hidden, std::size_t(tile.hidden_count)}, end, scores(r));
      weigh(states[r], largest, sizes_.value_width, end, scores(r));
    }
    if (!tile.values_in_place) read_values(tile);
    add_values(all_rows, tile, next, states->sums);
  }

  // Where the columns' keys and values lie. A row of zeros stands for columns that rule 1 hides, and behind the end.
  void find_rows(Range<std::int32_t> columns, KeyTile& tile) const {
    tile.columns = columns;
    tile.hidden_count = 0;
    tile.keys_in_place = tile.values_in_place = true;
    for (std::int32_t part = 0; part < 3; ++part) {
      const Range<std::int32_t> run = call_.g.run_of_part(columns, part);
      if (run.size() == 0) continue;
      tile.keys_in_place &= list(call_.key_rows(batch_, kv_head_, run), run, columns, tile.key_rows);
      tile.values_in_place &= list(call_.value_rows(batch_, kv_head_, run), run, columns, tile.value_rows);
    }
    tile.keys_turn = tile.keys_in_place && call_.turns_some_key(columns);
    if (!tile.keys_in_place)
      list({reinterpret_cast<const std::byte*>(keys_), row_bytes(sizes_.key_width)}, columns, columns, tile.key_rows);
    if (!tile.values_in_place)
      list({reinterpret_cast<const std::byte*>(values_), row_bytes(sizes_.value_width)}, columns, columns, tile.value_rows);
    for (std::int32_t part = 0; part < 3; ++part) {
      const Range<std::int32_t> run = call_.g.run_of_part(columns, part);
      if (run.size() > 0) hide(masks_.keys_open(run.begin), run, tile);
    }
    const std::int32_t end = padded_range(columns, columns_at_once).size();
    std::fill(tile.key_rows + columns.size(), tile.key_rows + end, nothing_);
    std::fill(tile.value_rows + columns.size(), tile.value_rows + end, nothing_);
  }

  static bool list(RowsInPlace rows, Range<std::int32_t> run, Range<std::int32_t> columns, const void** into) {
    if (!rows) return false;
    const std::byte* at = rows.first;
    for (std::int32_t c = run.begin - columns.begin; c < run.end - columns.begin; ++c, at += rows.step) into[c] = at;
    return true;
  }

  void hide(KeyMask mask, Range<std::int32_t> run, KeyTile& tile) const {
    if (!mask.hides()) return;
    for (std::int32_t k = 0; k < run.size(); ++k) {
      if (mask.open(k)) continue;
      const std::int32_t c = run.begin - tile.columns.begin + k;
      tile.hidden[tile.hidden_count++] = c;
      tile.key_rows[c] = tile.value_rows[c] = nothing_;
    }
  }

  // Into the tile of floats, from where the rows lie side by side.
  void turn_keys(const KeyTile& tile) const {
    for (std::int32_t column = tile.columns.begin; column < tile.columns.end; ++column) {
      const void*& row = tile.key_rows[column - tile.columns.begin];
      if (row == nothing_) continue;
      float* const key = keys_ + std::ptrdiff_t(column - tile.columns.begin) * sizes_.key_width;
      with_element(call_.problem.type, [&](auto element) HWY_ATTR {
        const auto* const elements = static_cast<const decltype(element)*>(row);
        for (std::int32_t e = 0; e < sizes_.key_width; e += vector_lanes) store(load(elements + e), key + e);
      });
      if (const Turn* const turns = call_.turns_of_key(batch_, column)) turn_row(call_.problem.rotary, turns, key);
      row = key;
    }
  }
  // The same from where they do not.
  void read_keys(const KeyTile& tile) const {
    for (std::int32_t column = tile.columns.begin; column < tile.columns.end; ++column)
      if (masks_.open_to_any(column))
        call_.read_key(batch_, kv_head_, column, keys_ + std::ptrdiff_t(column - tile.columns.begin) * sizes_.key_width,
                       ReadRow());
  }
  void read_values(const KeyTile& tile) const {
    for (std::int32_t column = tile.columns.begin; column < tile.columns.end; ++column)
      if (masks_.open_to_any(column))
        call_.read_value(batch_, kv_head_, column, values_ + std::ptrdiff_t(column - tile.columns.begin) * sizes_.value_width,
                         ReadRow());
  }

  // What rows in place are; others are floats.
  Type type_of(bool in_place) const { return in_place ? call_.problem.type : Type::f32; }

  template <class Body>
  static void with_element(Type type, Body body) {
    switch (type) {
      case Type::bf16:
        return body(Bf16());
      case Type::f16:
        return body(F16());
      default:
        return body(0.0f);
    }
  }

  Soon soon_of(bool in_place, const void* const* rows, const KeyTile& tile, std::int32_t width) const {
    return {rows, in_place ? tile.columns.size() : 0, width * std::ptrdiff_t(bytes(type_of(in_place)))};
  }

  void multiply_keys(std::int32_t all_rows, const KeyTile& tile, std::int32_t end) const {
    Soon soon = soon_of(tile.values_in_place, tile.value_rows, tile, sizes_.value_width);
    with_element(type_of(tile.keys_in_place && !tile.keys_turn), [&](auto element) HWY_ATTR {
      multiply_rows<decltype(element)>(all_rows, queries_, tile.key_rows, soon, end, sizes_.key_width, wide_, scores_,
                                       sizes_.score_stride);
    });
  }

  void add_values(std::int32_t all_rows, const KeyTile& tile, const KeyTile& next, float* sums) const {
    Soon soon = soon_of(next.keys_in_place, next.key_rows, next, sizes_.key_width);
    with_element(type_of(tile.values_in_place), [&](auto element) HWY_ATTR {
      add_rows<decltype(element)>(all_rows, scores_, sizes_.score_stride, tile.value_rows, soon, tile.columns.size(), wide_, sums,
                                  sizes_.value_width);
    });
  }

  const Call& call_;
  const Tiling& tiling_;
  const Sizes& sizes_;
  Scorer scorer_;
  Masks masks_;  // of the key/value head's first query head: rule 1 is the same for all
  float *const keys_, *const values_, *const queries_, *const scores_, *const wide_;
  KeyTile tiles_[2];  // the one at work and the next, in turn
  const void* const nothing_;
  std::int64_t batch_ = 0, kv_head_ = 0;
};

// Merges the parts of every row of a key/value head, and stores what comes out.
inline void merge_parts(const Call& call, const Tiling& tiling, std::int64_t head, Range<std::int32_t> rows, States& states) {
  const auto [batch, kv_head] = place_of(head, call.problem.kv_heads);
  for (std::int32_t r = 0; r < call.group * rows.size(); ++r) {
    RowState<FloatArithmetic>& whole = states.part(head, 0)[r];
    for (std::int32_t part = 1; part < tiling.splits; ++part) merge(whole, states.part(head, part)[r], call.value_width);
    const auto [member, row] = place_of(r, rows.size());
    finish_row(call.problem, call.tensors, batch, call.heads.query_head_of(kv_head, member), rows.begin + row, whole,
               call.value_width);
  }
}

void decode(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace) {
  const Call call(problem, tensors, workspace);
  const Tiling tiling = decode_tiling(call.g, options);
  const Sizes sizes(problem, tiling);
  States states(sizes, workspace);
  Scratch scratch(sizes, tiling, std::max(options.threads, 1), workspace);
  if (workspace.counts()) return;
  scratch.begin();
  for (std::int32_t tile = 0; tile < call.g.row_tiles(tiling.queries); ++tile) {
    const Range<std::int32_t> rows = call.g.row_tile(tiling.queries, tile);
    states.begin();
    parallel(options.threads, sizes.heads * sizes.parts, [&](std::int64_t item, int worker) {
      const Flushed flushed;
      const auto [head, part] = place_of(item, std::int64_t(sizes.parts));
      const auto [batch, kv_head] = place_of(head, problem.kv_heads);
      Reader reader(call, tiling, sizes, scratch, worker);
      reader.attend(batch, kv_head, rows, std::int32_t(part), states.empty_part(head, part));
      if (states.last_done(head)) merge_parts(call, tiling, head, rows, states);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace boresight::impl::simd {
namespace {

Arithmetic arithmetic(const Problem& problem, const Options& options) {
  const auto g = geometry_of(problem);
  const Tiling tiling = decode_tiling(g, options);
  const std::int64_t tiles = tile_count(g.column_tiles(tiling.keys), tiling.splits);  // of a part
  Arithmetic promise = arithmetic_in_float();
  promise.exp_error = 0x1p-22;
  promise.exp_argument_roundings = 3;
  promise.flushes_subnormals = true;
  promise.dot_chain = lane_chain(padded_row(problem.head_dim));
  promise.rescales = links(tiles) + links(tiling.splits) + scores_without_value(problem);
  promise.value_chain = tiles_chain(tiling.keys, tiles, row_block) + links(tiling.splits) + scores_without_value(problem);
  return promise;
}

}  // namespace

std::span<const Target<Run>> decode_targets() {
  static constexpr Target<Run> targets[] = BORESIGHT_TARGETS(decode);
  return targets;
}

std::vector<Kernel> decode_kernels() { return kernel_rows("simd/decode", arithmetic, decode_targets()); }

}  // namespace boresight::impl::simd
#endif
