// simd/flash: flash attention over tiles of queries by tiles of keys (Dao 2023), in f32 whatever the inputs' type. For each
// key/value head its keys and values are packed once: converted, turned, keys side by side in panels, hidden contents
// replaced by zeros. Then each tile of queries of each of its query heads visits the packed tiles that it sees. Memory: one
// key/value head in f32, the turns of its keys where they turn, and a tile of scores a thread. Work is shared out by tiles, so
// that bits don't depend on threads.
#include "impl/simd/flash.h"

#include <algorithm>
#include <memory>

#include "impl/finish_row.h"
#include "impl/simd/call.h"
#include "impl/simd/memory.h"
#include "impl/simd/pool.h"
#include "impl/simd/targets.h"
#include "impl/tiling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/simd/flash.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "impl/simd/products-inl.h"
#include "impl/simd/scores-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// The packed keys and values of one key/value head, tile by tile, for the tiles that some query visits.
class Packed {
 public:
  Packed(const Call& call, const Tiling& tiling)
      : call_(call),
        tiling_(tiling),
        visits_(call.g.tile_visits(call.g.rows(), tiling.keys)),
        columns_(padded(tiling.keys, panel_columns)),
        keys_(zeros(std::size_t(visits_.count()) * std::size_t(columns_) * std::size_t(call.problem.head_dim))),
        values_(zeros(std::size_t(visits_.count()) * std::size_t(columns_) * std::size_t(call.value_width))),
        hidden_(std::size_t(visits_.count())) {}

  std::int32_t count() const { return visits_.count(); }
  std::int32_t columns_of_tile() const { return columns_; }

  // A tile by its number among all: panels of keys [panel][D][panel_columns], value rows [column][value_width], and the
  // columns that rule 1 hides.
  const float* keys(std::int32_t tile) const {
    return keys_.get() + packed_row<std::int64_t>(slot(tile), columns_, 0, call_.problem.head_dim);
  }
  const float* values(std::int32_t tile) const { return values_.get() + value_at(slot(tile), 0); }
  const std::vector<std::int32_t>& hidden(std::int32_t tile) const { return hidden_[std::size_t(slot(tile))]; }

  // Packs the tile of this number among the visited ones. `row` has room for one key or value.
  void pack(std::int64_t batch, std::int64_t kv_head, std::int32_t visit, float* row) {
    const Range<std::int32_t> tile = call_.g.column_tile(tiling_.keys, visits_.tile(visit));
    Masks masks(call_.problem, call_.g, call_.tensors);
    masks.choose(batch, 0);
    std::vector<std::int32_t>& hidden = hidden_[std::size_t(visit)];
    hidden.clear();
    for (std::int32_t column = tile.begin; column < tile.end; ++column) {
      const std::int32_t c = column - tile.begin;
      const bool open = masks.open_to_any(column);
      if (!open) hidden.push_back(c);
      pack_key(batch, kv_head, column, open, visit, c, row);
      float* const value = values_.get() + value_at(visit, c);
      if (open)
        call_.read_value(batch, kv_head, column, value);
      else
        std::fill(value, value + call_.value_width, 0.0f);
    }
  }

 private:
  std::int32_t slot(std::int32_t tile) const { return visits_.visit_of(tile); }
  std::int64_t value_at(std::int32_t visit, std::int32_t c) const {
    return packed_row<std::int64_t>(visit, columns_, c, call_.value_width);
  }

  void pack_key(std::int64_t batch, std::int64_t kv_head, std::int32_t column, bool open, std::int32_t visit, std::int32_t c,
                float* row) {
    const std::int64_t width = call_.problem.head_dim;
    if (open)
      call_.read_key(batch, kv_head, column, row);
    else
      std::fill(row, row + width, 0.0f);
    float* const to = keys_.get() + packed_in_panel<std::int64_t>(visit, columns_, c, width, panel_columns);
    for (std::int64_t d = 0; d < width; ++d) to[d * panel_columns] = row[d];
  }

  const Call& call_;
  const Tiling& tiling_;
  TileVisits<std::int32_t> visits_;  // of all queries together
  std::int32_t columns_;             // of a tile, whole panels
  Memory keys_, values_;
  std::vector<std::vector<std::int32_t>> hidden_;
};

// What one thread needs: a tile of queries, its scores and its sums.
class Worker {
 public:
  Worker(const Call& call, const Tiling& tiling)
      : call_(call),
        tiling_(tiling),
        strip_(zeros(Scorer::strip_floats(tiling))),
        scorer_(call, strip_.get()),
        rows_(padded(tiling.queries, std::int32_t(tile_rows))),
        score_stride_(padded(tiling.keys, panel_columns) + score_slack),
        row_(zeros(std::size_t(std::max(call.key_width, call.value_width)))),
        queries_(zeros(std::size_t(rows_) * std::size_t(call.key_width))),
        scores_(zeros(std::size_t(rows_) * std::size_t(score_stride_))),
        sums_(zeros(std::size_t(rows_) * std::size_t(call.value_width))),
        states_(std::size_t(rows_)) {
    for (std::int32_t r = 0; r < rows_; ++r) states_[std::size_t(r)].sums = sums_.get() + std::ptrdiff_t(r) * call.value_width;
  }

  float* row() { return row_.get(); }

  void attend(std::int64_t batch, std::int64_t head, Range<std::int32_t> rows, const Packed& packed) {
    scorer_.choose(batch, head);
    for (RowState<FloatArithmetic>& state : states_) clear(state, call_.value_width);
    for (std::int32_t row = rows.begin; row < rows.end; ++row)
      call_.read_query(batch, head, row, queries_.get() + std::ptrdiff_t(row - rows.begin) * call_.key_width);
    for_each_visit(call_.g, rows, tiling_.keys, 1, 0,
                   [&](std::int32_t number, Range<std::int32_t> tile) { attend_tile(rows, number, tile, packed); });
    for (std::int32_t row = rows.begin; row < rows.end; ++row)
      finish_row(call_.problem, call_.tensors, batch, head, row, states_[std::size_t(row - rows.begin)], call_.value_width);
  }

 private:
  void attend_tile(Range<std::int32_t> rows, std::int32_t number, Range<std::int32_t> tile, const Packed& packed) {
    const std::int32_t width = tile.size(), end = padded(width, panel_columns);
    const std::int32_t count = rows.size();
    score(count, end, packed.keys(number));
    scorer_.begin(rows, tile);
    for (std::int32_t r = 0; r < count; ++r) {
      float* const s = scores_.get() + std::ptrdiff_t(r) * score_stride_;
      const float largest = scorer_.finish(rows.begin + r, packed.hidden(number), end, s);
      weigh(states_[std::size_t(r)], largest, call_.value_width, end, s);
    }
    const float* const values = packed.values(number);
    const std::ptrdiff_t stride = call_.value_width;
    const auto value_row = [values, stride](std::int32_t c) HWY_ATTR { return values + c * stride; };
    for (std::int32_t r = 0; r < count; r += tile_rows)
      accumulate<tile_rows>(scores_.get() + std::ptrdiff_t(r) * score_stride_, score_stride_, value_row, width,
                            sums_.get() + std::ptrdiff_t(r) * stride, stride, call_.value_width);
  }

  // Rows up to the next multiple of tile_rows are computed along, and nobody reads them.
  void score(std::int32_t count, std::int32_t end, const float* keys) {
    const std::int32_t depth = std::int32_t(call_.problem.head_dim);
    for (std::int32_t first = 0; first < end; first += panel_columns, keys += std::ptrdiff_t(depth) * panel_columns)
      for (std::int32_t r = 0; r < count; r += tile_rows)
        multiply(queries_.get() + std::ptrdiff_t(r) * call_.key_width, call_.key_width, keys, depth,
                 scores_.get() + std::ptrdiff_t(r) * score_stride_ + first, score_stride_);
  }

  const Call& call_;
  const Tiling& tiling_;
  Memory strip_;
  Scorer scorer_;
  std::int32_t rows_;  // of a tile, whole register tiles
  std::int32_t score_stride_;
  Memory row_, queries_, scores_, sums_;
  std::vector<RowState<FloatArithmetic>> states_;
};

void flash(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace) {
  const Call call(problem, tensors, workspace);
  if (workspace.counts()) return;
  if (call.g.rows().size() == 0) return;
  const Tiling tiling = tiling_of(flash_tiles, call.g, options);
  Packed packed(call, tiling);
  std::vector<std::unique_ptr<Worker>> workers(std::size_t(std::max(options.threads, 1)));
  const auto worker = [&](int number) -> Worker& {
    std::unique_ptr<Worker>& mine = workers[std::size_t(number)];
    if (!mine) mine = std::make_unique<Worker>(call, tiling);
    return *mine;
  };
  const std::int32_t tiles = call.g.row_tiles(tiling.queries);
  for (std::int64_t batch = 0; batch < problem.batch; ++batch)
    for (std::int64_t kv_head = 0; kv_head < problem.kv_heads; ++kv_head) {
      parallel(options.threads, packed.count(),
               [&](std::int64_t visit, int number) { packed.pack(batch, kv_head, std::int32_t(visit), worker(number).row()); });
      parallel(options.threads, std::int64_t(call.group) * tiles, [&](std::int64_t item, int number) {
        const auto [member, k] = place_of(item, std::int64_t(tiles));
        const std::int32_t tile = from_the_last(tiles, std::int32_t(k));  // under a causal mask the last are the longest
        worker(number).attend(batch, call.heads.query_head_of(kv_head, member), call.g.row_tile(tiling.queries, tile), packed);
      });
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace boresight::impl::simd {
namespace {

// What all instruction sets keep, whatever the length of their vectors; products may round apart from sums.
Arithmetic arithmetic(const Problem& problem, const Options& options) {
  const auto g = geometry_of(problem);
  const Tiling tiling = tiling_of(flash_tiles, g, options);
  const std::int64_t tiles = g.column_tiles(tiling.keys);
  Arithmetic promise = arithmetic_in_float();
  promise.dot_chain = chain(problem.head_dim, dot_block);
  promise.rescales = links(tiles) + scores_without_value(problem);
  promise.value_chain = tiles_chain(tiling.keys, tiles) + scores_without_value(problem);
  return promise;
}

}  // namespace

std::span<const Target<Run>> flash_targets() {
  static constexpr Target<Run> targets[] = BORESIGHT_TARGETS(flash);
  return targets;
}

std::vector<Kernel> flash_kernels() { return kernel_rows("simd/flash", arithmetic, flash_targets()); }

}  // namespace boresight::impl::simd
#endif
