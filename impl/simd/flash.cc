// simd/flash: flash attention (Dao 2023) with query rows in the lanes, in f32 whatever the inputs' type, or by pairs of bf16
// where the processor multiplies these. For each key/value head the columns that may be seen are listed; keys and values stay
// where they are, and are read into rows of their own once where they are not what the lanes multiply, or turn. Then each tile of
// queries of each query head goes over the tiles of columns that it sees, a group of rows at a time: products with the bias in
// registers, weights in the lanes, weighted values. Work is shared out by heads and tiles of queries, so that bits don't depend
// on threads.
#include "impl/simd/flash.h"

#include <algorithm>

#include "impl/bias_row.h"
#include "impl/finish_row.h"
#include "impl/simd/call.h"
#include "impl/simd/flushed.h"
#include "impl/simd/columns.h"
#include "impl/simd/pool.h"
#include "impl/simd/targets.h"
#include "impl/simd/workspace.h"
#include "impl/tiling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/simd/flash.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "impl/simd/lane_bias-inl.h"
#include "impl/simd/lane_scores-inl.h"
#include "impl/simd/lanes-inl.h"
#include "impl/simd/pairs-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

inline constexpr std::int32_t read_at_once = 256;  // columns

// A row's end: what is added to it there is added in double.
using RowEnd = RealArithmetic<double>;

// What one thread needs: the groups of a tile of queries, and the scores of one group against a tile of columns. List: the
// columns, of floats or of pairs of bf16.
template <class List>
class Worker {
  using Number = typename List::Number;

 public:
  Worker(const Call& call, const Tiling& tiling, Workspace& workspace)
      : call_(call),
        tiling_(tiling),
        bias_(call, tiling, workspace),
        groups_(tile_count(tiling.queries, group_lanes)),
        queries_(workspace.take<Number>(std::size_t(groups_) * group_lanes * std::size_t(List::key_numbers(call)))),
        sums_(workspace.take<float>(std::size_t(groups_) * group_lanes * std::size_t(call.problem.value_dim))),
        largest_(workspace.take<float>(std::size_t(groups_) * group_lanes)),
        denominators_(workspace.take<float>(std::size_t(groups_) * group_lanes)),
        scores_(workspace.take<float>(std::size_t(tiling.keys) * group_lanes)),
        query_rows_(workspace.take<Number>(std::size_t(group_lanes) * std::size_t(call.key_width))),
        rows_(workspace.take<float>(std::size_t(group_lanes) * std::size_t(call.value_width))) {}

  void attend(std::int64_t batch, std::int64_t head, Range<std::int32_t> rows, const List& columns) {
    batch_ = batch;
    head_ = head;
    columns_ = &columns;
    bias_.choose(batch, head);
    for_each_group(rows, [&](std::int32_t k, Range<std::int32_t> group) { begin(k, group); });
    for_each_visit(call_.g, rows, tiling_.keys, 1, 0, [&](std::int32_t, Range<std::int32_t> tile) {
      for_each_group(rows, [&](std::int32_t k, Range<std::int32_t> group) {
        if (call_.g.tile_needed(group, tile)) attend_tile(k, group, tile);
      });
    });
    for_each_group(rows, [&](std::int32_t k, Range<std::int32_t> group) { finish(k, group); });
  }

 private:
  template <class Body>
  void for_each_group(Range<std::int32_t> rows, Body body) {
    for (std::int32_t k = 0; k < tile_count(rows.size(), group_lanes); ++k) {
      const Range<std::int32_t> group = tile_range(rows.size(), group_lanes, k);
      body(k, Range<std::int32_t>{rows.begin + group.begin, rows.begin + group.end});
    }
  }
  static int vectors_of(Range<std::int32_t> group) { return int(tile_count(group.size(), vector_lanes)); }

  Number* queries(std::int32_t k) const { return queries_ + std::ptrdiff_t(k) * group_lanes * List::key_numbers(call_); }
  float* sums(std::int32_t k) const { return sums_ + std::ptrdiff_t(k) * group_lanes * call_.problem.value_dim; }
  LaneState state(std::int32_t k) const { return {largest_ + k * group_lanes, denominators_ + k * group_lanes}; }

  // The ways into the lanes and out of them go across rows, where the processor does not foresee what comes next: a row is
  // fetched whole, while the rows behind it are looked up.
  template <bool to_write, class T>
  static void fetch(const T* row, std::int32_t width) {
    constexpr std::int32_t line = Workspace::alignment / sizeof(T);
    for (std::int32_t at = 0; at < width; at += line) __builtin_prefetch(row + at, to_write);
  }

  // Lays the group's queries into the lanes, the last one into lanes that are padding too.
  void begin(std::int32_t k, Range<std::int32_t> group) {
    const Number* rows[group_lanes];
    const Number* row = nullptr;
    for (std::int32_t r = 0; r < group_lanes; ++r) {
      Number* const own = query_rows_ + std::ptrdiff_t(r) * call_.key_width;
      if (group.contains(group.begin + r)) {
        row = List::query(call_, batch_, head_, group.begin + r, own);
        if (row != own) fetch<false>(row, List::key_numbers(call_));
      }
      rows[r] = row;
    }
    const std::int32_t lanes = vectors_of(group) * vector_lanes;
    rows_to_lanes(rows, vectors_of(group), List::key_numbers(call_), queries(k));
    std::fill(sums(k), sums(k) + lanes * call_.problem.value_dim, 0.0f);
    std::fill(state(k).largest, state(k).largest + lanes, minus_infinity);
    std::fill(state(k).denominator, state(k).denominator + lanes, 0.0f);
  }

  void attend_tile(std::int32_t k, Range<std::int32_t> group, Range<std::int32_t> tile) {
    switch (vectors_of(group)) {
      case 1:
        return attend_tile_of<1>(k, group, tile);
      case 2:
        return attend_tile_of<2>(k, group, tile);
      default:
        return attend_tile_of<3>(k, group, tile);
    }
  }

  // The columns of the tile that some row of the group sees: persistent ones, which have no bias, and the others.
  template <int vectors>
  void attend_tile_of(std::int32_t k, Range<std::int32_t> group, Range<std::int32_t> tile) {
    const RowView<std::int32_t> view = call_.g.view(group, tile);
    const Entries persistent = columns_->entries({tile.begin, tile.begin + view.persistent_end});
    const Range<std::int32_t> band{tile.begin + view.band.begin, tile.begin + std::max(view.band.begin, view.band.end)};
    const Entries tokens = columns_->entries(band);
    const std::int32_t count = persistent.size() + tokens.size();
    if (count == 0) return;
    float* const token_scores = scores_ + std::ptrdiff_t(persistent.size()) * vectors * vector_lanes;
    const bool plain = (tokens.size() == 0 || call_.g.tile_plain(group, band)) && bias_.open_to_all_rows();

    Vector largest[group_vectors];
    BORESIGHT_UNROLL
    for (Vector& each : largest) each = all(minus_infinity);
    const LaneTile<vectors, Number> lanes{queries(k), List::key_numbers(call_)};
    bias_.template score_persistent<vectors>(lanes, *columns_, persistent, scores_, largest);
    if (tokens.size() > 0) bias_.template score_tokens<vectors>(lanes, group, band, *columns_, tokens, token_scores, largest);
    if (!plain) {
      bias_.template hide_by_position<vectors>(group, *columns_, tokens, token_scores);
      bias_.template hide_by_mask<vectors>(group, *columns_, persistent, scores_);
      bias_.template hide_by_mask<vectors>(group, *columns_, tokens, token_scores);
    }
    if (!plain || !bias_.finishes_at_once()) largest_of<vectors>(scores_, count, largest);

    Vector factor[group_vectors];
    if (!weigh_lanes<vectors>(state(k), bias_.unit(), largest, count, scores_, factor)) return;
    if (persistent.end == tokens.begin) return add_span<vectors>(k, {persistent.begin, tokens.end}, scores_, factor);
    add_span<vectors>(k, persistent, scores_, factor);
    add_span<vectors>(k, tokens, token_scores, factor);
  }

  // Weighted values of some entries; `factor` is for the first of them alone, which comes before all others.
  template <int vectors>
  void add_span(std::int32_t k, Entries entries, float* weights, Vector (&factor)[group_vectors]) {
    if (entries.size() == 0) return;
    constexpr std::int32_t block = value_block / elements_of<Number>;
    const Terms<Number> terms = terms_of<vectors>(*columns_, entries, weights);
    for (std::int32_t first = 0; first < terms.count; first += block) {
      add_all_values<vectors>(terms.weights + std::ptrdiff_t(first) * vectors * vector_lanes, terms.values + first,
                              std::min(block, terms.count - first), std::int32_t(call_.problem.value_dim), factor, sums(k));
      BORESIGHT_UNROLL
      for (Vector& each : factor) each = all(1.0f);
    }
  }

  // Sinks and the zero key, the quotient, the store.
  void finish(std::int32_t k, Range<std::int32_t> group) {
    float* const factors = scores_;  // [rows of the group], as the scores are used up
    const LaneState at = state(k);
    for (int v = 0; v < vectors_of(group); ++v) {
      const auto empty = hn::Eq(load(at.largest + v * vector_lanes), all(minus_infinity));
      const Vector factor = hn::Div(all(1.0f), load(at.denominator + v * vector_lanes));
      store(hn::IfThenZeroElse(empty, factor), factors + v * vector_lanes);
    }
    float* rows[group_lanes];
    for (std::int32_t r = 0; r < group_lanes; ++r) {
      const std::int32_t row = group.begin + r;
      rows[r] = rows_ + std::ptrdiff_t(r) * call_.value_width;
      if (!group.contains(row)) continue;
      if (float* const in_place = call_.out_in_place(batch_, head_, row)) {
        rows[r] = in_place;
        fetch<true>(in_place, std::int32_t(call_.problem.value_dim));
      }
      finish_row(row, at.largest[r], at.denominator[r], factors[r]);
    }
    lanes_to_rows(sums(k), factors, vectors_of(group), std::int32_t(call_.problem.value_dim), rows);
    for (std::int32_t r = 0; r < group.size(); ++r)
      if (rows[r] == rows_ + std::ptrdiff_t(r) * call_.value_width)
        write_floats(call_.tensors.out, call_.tensors.out.offset(batch_, head_, group.begin + r, 0), call_.problem.value_dim,
                     rows[r]);
  }

  // Writes the row's lse. `factor`: what its sums are to be multiplied by, which scores without a value change.
  void finish_row(std::int32_t row, float largest, float denominator, float& factor) {
    if (!call_.tensors.lse && scores_without_value(call_.problem) == 0) return;
    RowState<RowEnd> state{bias_.natural(largest), double(denominator), nullptr, largest > minus_infinity};
    const RowState<RowEnd> before = state;
    absorb_scores_without_value(call_.problem, call_.tensors, head_, state, 0);
    if (call_.tensors.lse) call_.tensors.lse.at<float>(batch_, head_, row) = impl::finish(state, 0);
    if (before.any && scores_without_value(call_.problem) > 0)
      factor = float(RowEnd::exp_difference(before.reference, state.reference) / state.denominator);
  }

  const Call& call_;
  const Tiling& tiling_;
  LaneBias bias_;
  std::int32_t groups_;
  Number* queries_;                 // [group][D in Numbers][rows of the group]
  float* sums_;                     // [group][Dv][rows of the group]
  float *largest_, *denominators_;  // [group][rows]
  float* scores_;                   // [columns of a tile][rows of a group]
  Number* query_rows_;              // [rows of a group][D in Numbers], on their way in
  float* rows_;                     // [rows of a group][Dv], on their way out
  std::int64_t batch_ = 0, head_ = 0;
  const List* columns_ = nullptr;
};

// As many heads' columns at once as this much memory holds: rows of floats are made for all of them before any is attended to.
inline constexpr std::size_t bytes_of_columns = std::size_t{1} << 25;
template <class List>
std::int64_t heads_at_once(const Call& call, std::int64_t heads) {
  Workspace one;
  List(call, one);
  return std::clamp<std::int64_t>(std::int64_t(bytes_of_columns / std::max<std::size_t>(one.bytes(), 1)), 1, heads);
}

template <class List>
void flash_over(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace) {
  const Call call(problem, tensors, workspace);
  if (call.g.rows().size() == 0) return;
  const Tiling tiling = tiling_of(flash_tiles, call.g, options);
  const std::int64_t heads = problem.batch * problem.kv_heads, at_once = heads_at_once<List>(call, heads);
  Built<List> columns(workspace, at_once, call, workspace);
  Built<Worker<List>> workers(workspace, std::max(options.threads, 1), call, tiling, workspace);
  if (workspace.counts()) return;

  const std::int32_t tiles = call.g.row_tiles(tiling.queries), blocks = tile_count(columns[0].room(), read_at_once);
  for (std::int64_t first = 0; first < heads; first += at_once) {
    const std::int64_t count = std::min(at_once, heads - first);
    const auto place = [&](std::int64_t slot) { return place_of(first + slot, problem.kv_heads); };  // batch, key/value head
    parallel(options.threads, count, [&](std::int64_t slot, int) { columns[slot].list(place(slot).row, place(slot).at); });
    if (columns[0].reads())
      parallel(options.threads, count * blocks, [&](std::int64_t item, int) {
        const auto [slot, block] = place_of(item, std::int64_t(blocks));
        columns[slot].read(place(slot).row, place(slot).at, tile_range(columns[slot].room(), read_at_once, std::int32_t(block)));
      });
    parallel(options.threads, count * call.group * tiles, [&](std::int64_t item, int number) {
      const Flushed flushed;
      const auto [query_head, k] = place_of(item, std::int64_t(tiles));
      const auto [slot, member] = place_of(query_head, std::int64_t(call.group));
      const std::int32_t tile = from_the_last(tiles, std::int32_t(k));  // under a causal mask the last are the longest
      workers[number].attend(place(slot).row, call.heads.query_head_of(place(slot).at, member),
                             call.g.row_tile(tiling.queries, tile), columns[slot]);
    });
  }
}

void flash(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace) {
  flash_over<Columns>(problem, tensors, options, workspace);
}

#if HWY_TARGET == HWY_AVX3
// What turns is no longer bf16.
void flash_in_bf16(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace) {
  if (problem.rotary.dims > 0) return flash(problem, tensors, options, workspace);
  flash_over<PairColumns>(problem, tensors, options, workspace);
}
#endif

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
  promise.exp_error = 0x1p-22;
  promise.exp_argument_roundings = 3;
  promise.flushes_subnormals = true;
  promise.dot_chain = chain(problem.head_dim, dot_block);
  promise.rescales = links(tiles) + scores_without_value(problem);
  promise.value_chain = tiles_chain(tiling.keys, tiles) + 1 + scores_without_value(problem);  // one tile may hold two spans
  return promise;
}

#if defined(__x86_64__)
// Weights are rounded where they meet values, and a block of these may begin or end within a pair. q, k and v below the normal
// numbers count as zero.
Arithmetic arithmetic_in_bf16(const Problem& problem, const Options& options) {
  Arithmetic promise = arithmetic(problem, options);
  if (problem.rotary.dims > 0) return promise;
  const auto g = geometry_of(problem);
  const Tiling tiling = tiling_of(flash_tiles, g, options);
  const std::int64_t blocks = tile_count<std::int64_t>(tiling.keys, value_block) + 2;  // of a tile: of two spans
  promise.weights = Type::bf16;
  promise.flushes_inputs = true;
  promise.dot_chain = chain(padded<std::int64_t>(problem.head_dim, 2), dot_block);
  promise.value_chain = std::max(
      promise.value_chain, links(value_block) + links(blocks * g.column_tiles(tiling.keys)) + scores_without_value(problem));
  return promise;
}
#endif

}  // namespace

std::span<const Target<Run>> flash_targets() {
#if defined(__x86_64__)
  static constexpr auto targets =
      followed_by(BORESIGHT_TARGETS(flash), {"avx3_bf16", HWY_AVX3, HWY_CHOOSE_AVX3(flash_in_bf16), true});
#else
  static constexpr Target<Run> targets[] = BORESIGHT_TARGETS(flash);
#endif
  return targets;
}

std::vector<Kernel> flash_kernels() {
  std::vector<Kernel> rows = kernel_rows("simd/flash", arithmetic, flash_targets());
#if defined(__x86_64__)
  rows.back().arithmetic = arithmetic_in_bf16;
#endif
  return rows;
}

}  // namespace boresight::impl::simd
#endif
