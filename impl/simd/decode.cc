// simd/decode: few queries against many keys (Flash-Decoding, Dao et al. 2023), in f32 whatever the inputs' type. Keys and
// values are read where they lie, once for all query heads of their key/value head; rows that are not floats side by side,
// or turn, go through a tile of memory. The keys are split into parts, which are the work that threads share; the parts of a
// row are merged by (m, l) in their order. How many parts there are is for the problem to say, not for the threads.
#include "impl/simd/decode.h"

#include <algorithm>
#include <memory>

#include "impl/finish_row.h"
#include "impl/simd/call.h"
#include "impl/simd/memory.h"
#include "impl/simd/pool.h"
#include "impl/simd/targets.h"
#include "impl/tiling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/simd/decode.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "impl/simd/products-inl.h"
#include "impl/simd/scores-inl.h"

#ifndef BORESIGHT_IMPL_SIMD_DECODE_TILING
#define BORESIGHT_IMPL_SIMD_DECODE_TILING
namespace boresight::impl::simd {

inline constexpr std::int64_t part_tiles_least = 8, parts_max = 64;  // of the parts that decode chooses itself

inline Tiling decode_tiling(const Geometry<std::int32_t>& g, const Options& options) {
  Tiling tiling = tiling_of(decode_tiles, g, options);
  const std::int64_t tiles = g.column_tiles(tiling.keys);
  const std::int64_t usual = std::min(place_of(tiles, part_tiles_least).row, parts_max);
  tiling.splits = std::int32_t(part_count(tiles, options.splits > 0 ? options.splits : usual));
  return tiling;
}

}  // namespace boresight::impl::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// The columns of a tile are padded to whole vectors of scores, and to whole groups of keys.
inline constexpr std::int32_t columns_at_once = std::max(vector_lanes, std::int32_t(rows_at_once));

// The state of every row of one tile of queries, for each sequence, key/value head and part:
// [batch][kv_head][part][member of the group][row].
class States {
 public:
  States(const Call& call, const Tiling& tiling)
      : parts_(tiling.splits),
        rows_(call.group * tiling.queries),
        sums_(zeros(std::size_t(call.problem.batch * call.problem.kv_heads * parts_ * rows_) * std::size_t(call.value_width))),
        states_(std::size_t(call.problem.batch * call.problem.kv_heads * parts_ * rows_)) {
    for (std::size_t k = 0; k < states_.size(); ++k) states_[k].sums = sums_.get() + k * std::size_t(call.value_width);
  }
  // Rows of one part; `head` counts sequences and key/value heads together.
  RowState<FloatArithmetic>* part(std::int64_t head, std::int64_t part) {
    return states_.data() + (head * parts_ + part) * rows_;
  }

 private:
  std::int64_t parts_, rows_;
  Memory sums_;
  std::vector<RowState<FloatArithmetic>> states_;
};

// What one thread needs: a tile of keys, and the scores of all rows that read it.
class Reader {
 public:
  Reader(const Call& call, const Tiling& tiling)
      : call_(call),
        tiling_(tiling),
        strip_(zeros(Scorer::strip_floats(tiling))),
        scorer_(call, strip_.get()),
        masks_(call.problem, call.g, call.tensors),
        columns_(padded(tiling.keys, columns_at_once)),
        score_stride_(columns_ + score_slack),
        keys_(zeros(std::size_t(columns_) * std::size_t(call.key_width))),
        values_(zeros(std::size_t(columns_) * std::size_t(call.value_width))),
        nothing_(zeros(std::size_t(std::max(call.key_width, call.value_width)))),
        queries_(zeros(std::size_t(call.group * tiling.queries) * std::size_t(call.key_width))),
        scores_(zeros(std::size_t(call.group * tiling.queries) * std::size_t(score_stride_))),
        key_rows_(std::size_t(columns_)),
        value_rows_(std::size_t(columns_)) {}

  // The visits of one part, for all query heads of a key/value head; `states` [member][row] take them up.
  void attend(std::int64_t batch, std::int64_t kv_head, Range<std::int32_t> rows, std::int32_t part,
              RowState<FloatArithmetic>* states) {
    batch_ = batch;
    kv_head_ = kv_head;
    masks_.choose(batch, call_.heads.query_head_of(kv_head, 0));
    for (std::int32_t r = 0; r < call_.group * rows.size(); ++r) {
      clear(states[r], call_.value_width);
      const auto [member, row] = place_of(r, rows.size());
      call_.read_query(batch, call_.heads.query_head_of(kv_head, member), rows.begin + row, query(r));
    }
    for_each_visit(call_.g, rows, tiling_.keys, tiling_.splits, part,
                   [&](std::int32_t, Range<std::int32_t> tile) { attend_tile(rows, tile, states); });
  }

 private:
  float* query(std::int32_t r) { return queries_.get() + std::ptrdiff_t(r) * call_.key_width; }
  float* scores(std::int32_t r) { return scores_.get() + std::ptrdiff_t(r) * score_stride_; }

  void attend_tile(Range<std::int32_t> rows, Range<std::int32_t> tile, RowState<FloatArithmetic>* states) {
    const Range<std::int32_t> padded_tile = padded_range(tile, columns_at_once);
    const std::int32_t end = padded_tile.size(), all_rows = call_.group * rows.size();
    find_rows(tile, padded_tile);
    for (std::int32_t c = 0; c < end; c += rows_at_once)
      for (std::int32_t r = 0; r < all_rows; ++r) multiply_rows(query(r), key_rows_.data() + c, call_.key_width, scores(r) + c);
    for (std::int32_t r = 0; r < all_rows; ++r) {
      const auto [member, row] = place_of(r, rows.size());
      if (row == 0) {
        scorer_.choose(batch_, call_.heads.query_head_of(kv_head_, member));
        scorer_.begin(rows, tile);
      }
      const float largest = scorer_.finish(rows.begin + row, hidden_, end, scores(r));
      weigh(states[r], largest, call_.value_width, end, scores(r));
    }
    add_values(all_rows, tile.size(), states);
  }

  // Where the tile's keys and values lie. A row of zeros stands for columns that rule 1 hides, and behind the end.
  void find_rows(Range<std::int32_t> tile, Range<std::int32_t> padded_tile) {
    hidden_.clear();
    for (std::int32_t column = padded_tile.begin; column < padded_tile.end; ++column) {
      const std::int32_t c = column - tile.begin;
      const bool inside = tile.contains(column), open = inside && masks_.open_to_any(column);
      if (inside && !open) hidden_.push_back(c);
      key_rows_[std::size_t(c)] = open ? key_row(column, c) : nothing_.get();
      value_rows_[std::size_t(c)] = open ? value_row(column, c) : nothing_.get();
    }
  }
  const float* key_row(std::int32_t column, std::int32_t c) {
    if (const float* const in_place = call_.key_in_place(batch_, kv_head_, column)) return in_place;
    float* const key = keys_.get() + std::ptrdiff_t(c) * call_.key_width;
    call_.read_key(batch_, kv_head_, column, key);
    return key;
  }
  const float* value_row(std::int32_t column, std::int32_t c) {
    if (const float* const in_place = call_.value_in_place(batch_, kv_head_, column)) return in_place;
    float* const value = values_.get() + std::ptrdiff_t(c) * call_.value_width;
    call_.read_value(batch_, kv_head_, column, value);
    return value;
  }

  void add_values(std::int32_t all_rows, std::int32_t width, RowState<FloatArithmetic>* states) {
    constexpr std::int32_t at_once = 4;
    const float* const* const rows = value_rows_.data();
    const auto value_row = [rows](std::int32_t c) HWY_ATTR { return rows[c]; };
    std::int32_t r = 0;
    for (; r + at_once <= all_rows; r += at_once)
      accumulate<at_once>(scores(r), score_stride_, value_row, width, states[r].sums, call_.value_width, call_.value_width);
    for (; r < all_rows; ++r)
      accumulate<1>(scores(r), score_stride_, value_row, width, states[r].sums, call_.value_width, call_.value_width);
  }

  const Call& call_;
  const Tiling& tiling_;
  Memory strip_;
  Scorer scorer_;
  Masks masks_;  // of the key/value head's first query head: rule 1 is the same for all
  std::int32_t columns_, score_stride_;
  Memory keys_, values_, nothing_, queries_, scores_;
  std::vector<const float*> key_rows_, value_rows_;
  std::vector<std::int32_t> hidden_;
  std::int64_t batch_ = 0, kv_head_ = 0;
};

// Merges the parts of every row of a key/value head, and stores what comes out.
inline void merge_parts(const Call& call, const Tiling& tiling, std::int64_t batch, std::int64_t kv_head,
                        Range<std::int32_t> rows, States& states) {
  const std::int64_t head = batch * call.problem.kv_heads + kv_head;
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
  if (workspace.counts()) return;
  const Tiling tiling = decode_tiling(call.g, options);
  States states(call, tiling);
  std::vector<std::unique_ptr<Reader>> readers(std::size_t(std::max(options.threads, 1)));
  const std::int64_t heads = problem.batch * problem.kv_heads;
  for (std::int32_t tile = 0; tile < call.g.row_tiles(tiling.queries); ++tile) {
    const Range<std::int32_t> rows = call.g.row_tile(tiling.queries, tile);
    parallel(options.threads, heads * tiling.splits, [&](std::int64_t item, int number) {
      std::unique_ptr<Reader>& reader = readers[std::size_t(number)];
      if (!reader) reader = std::make_unique<Reader>(call, tiling);
      const auto [head, part] = place_of(item, std::int64_t(tiling.splits));
      const auto [batch, kv_head] = place_of(head, problem.kv_heads);
      reader->attend(batch, kv_head, rows, std::int32_t(part), states.part(head, part));
    });
    parallel(options.threads, heads, [&](std::int64_t head, int) {
      const auto [batch, kv_head] = place_of(head, problem.kv_heads);
      merge_parts(call, tiling, batch, kv_head, rows, states);
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
  promise.dot_chain = lane_chain(padded_row(problem.head_dim));
  promise.rescales = links(tiles) + links(tiling.splits) + scores_without_value(problem);
  promise.value_chain = tiles_chain(tiling.keys, tiles) + links(tiling.splits) + scores_without_value(problem);
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
