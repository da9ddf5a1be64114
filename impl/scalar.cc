// Scalar: flash attention one row at a time, in f32 whatever the inputs' type. Supports all of the specification but f64.
// Memory is O(tile): keys are read, turned and converted tile by tile, in place from their three parts. One thread does
// all of the work, so that Options::threads changes nothing.
#include "impl/scalar.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "impl/bias_row.h"
#include "impl/convert.h"
#include "impl/finish_row.h"
#include "impl/float_arithmetic.h"
#include "impl/geometry.h"
#include "impl/key_rows.h"
#include "impl/masks.h"
#include "impl/online_softmax.h"
#include "impl/positions.h"
#include "impl/rotary_row.h"
#include "impl/tiling.h"

namespace boresight::impl {
namespace {

constexpr std::int64_t long_row = 256;  // of columns

Tiling scalar_tiling(const Geometry<std::int32_t>& g, const Options& options) {
  const std::int64_t columns = g.columns().size();
  Tiling tiling = tiling_of(columns > long_row ? scalar_long_tiles : scalar_tiles, g, options);
  tiling.splits = std::int32_t(part_count(columns, options.splits));
  return tiling;
}

constexpr std::int32_t dot_block = 8 * lanes;

// Both rows are padded with zeros. Eight partial sums of each block of 64, then the blocks, then pairwise.
float dot(const float* __restrict a, const float* __restrict b, std::int32_t width) {
  float sums[lanes] = {};
  for (std::int32_t number = 0; number < tile_count(width, dot_block); ++number) {
    const Range<std::int32_t> entries = tile_range(width, dot_block, number);
    float block[lanes] = {};
    for (std::int32_t d = entries.begin; d < entries.end; d += lanes)
      for (std::int32_t lane = 0; lane < lanes; ++lane) block[lane] += a[d + lane] * b[d + lane];
    for (std::int32_t lane = 0; lane < lanes; ++lane) sums[lane] += block[lane];
  }
  for (std::int32_t lane = 0; lane < lanes / 2; ++lane) sums[lane] += sums[lane + lanes / 2];
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

// One call, and the Source of attend_rows.
class Scalar {
 public:
  Scalar(const Problem& problem, const Tensors& tensors, const Options& options)
      : problem_(problem),
        tensors_(tensors),
        g_(geometry_of(problem)),
        tiling_(scalar_tiling(g_, options)),
        heads_(heads_of(problem)),
        masks_(problem, g_, tensors),
        bucket_memory_(BucketTable::entries(problem.bias, g_.distance_limit() - 1)),
        buckets_(problem.bias, bucket_memory_),
        bias_(problem, g_, tensors, buckets_),
        keys_{tensors.mem_k, tensors.memory_k, tensors.segment_k, problem.head_dim},
        values_{tensors.mem_v, tensors.memory_v, tensors.segment_v, problem.value_dim},
        turn_queries_(problem, tensors, RotaryRows::Side::queries),
        turn_keys_(problem, tensors, RotaryRows::Side::keys),
        key_width_(padded_width(problem.head_dim)),
        work_(tiling_, padded_width(problem.value_dim)),
        scale_(float(effective_scale(problem))),
        softcap_(float(parameter(problem, problem.softcap))),
        query_tile_(std::size_t(tiling_.queries) * std::size_t(key_width_)),
        key_tile_(std::size_t(tiling_.keys) * std::size_t(key_width_)),
        value_tile_(std::size_t(tiling_.keys) * std::size_t(work_.width)) {}

  void run() {
    for (batch_ = 0; batch_ < problem_.batch; ++batch_)
      for (std::int32_t tile = 0; tile < g_.row_tiles(tiling_.queries); ++tile)
        for (head_ = 0; head_ < problem_.heads; ++head_) run_rows(g_.row_tile(tiling_.queries, tile));
  }

  // ---- What attend_rows asks for ----

  // Masked rows are read as well, and whatever they hold stays where it is: no row lists them.
  void load(Range<std::int32_t> tile) {
    for (std::int32_t column = tile.begin; column < tile.end; ++column) {
      const std::ptrdiff_t at = column - tile.begin;
      keys_.read(g_, batch_, kv_head_, column, key_tile_.data() + at * key_width_);
      values_.read(g_, batch_, kv_head_, column, value_tile_.data() + at * work_.width);
    }
    if (turn_keys_.on()) turn_key_tile(tile);
  }

  bool open(std::int32_t row, std::int32_t column) const { return masks_.open(row, column); }

  void score(std::int32_t row, Range<std::int32_t> tile, const std::int32_t* shown, std::int32_t count, float* scores) const {
    const float* query = query_tile_.data() + std::ptrdiff_t(row - first_row_) * key_width_;
    for (std::int32_t k = 0; k < count; ++k)
      scores[k] = scale_ * dot(query, key_tile_.data() + std::ptrdiff_t(shown[k]) * key_width_, key_width_);
    if (problem_.softcap_order == SoftcapOrder::before_bias) cap(scores, count);
    bias_.add(row, tile, shown, count, scores);
    if (problem_.softcap_order == SoftcapOrder::after_bias) cap(scores, count);
  }

  const float* values() const { return value_tile_.data(); }

 private:
  void run_rows(Range<std::int32_t> rows) {
    kv_head_ = heads_.kv_head_of(head_);
    masks_.choose(batch_, head_);
    bias_.choose(batch_, head_);
    load_queries(rows);
    attend_rows(g_, rows, tiling_, *this, work_);
    for (std::int32_t row = rows.begin; row < rows.end; ++row)
      finish_row(problem_, tensors_, batch_, head_, row, work_.rows[std::size_t(row - rows.begin)], work_.width);
  }

  void load_queries(Range<std::int32_t> rows) {
    first_row_ = rows.begin;
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      float* query = query_tile_.data() + std::ptrdiff_t(row - rows.begin) * key_width_;
      read_row(tensors_.q, tensors_.q.offset(batch_, head_, row, 0), problem_.head_dim, query);
    }
    if (turn_queries_.on()) turn_query_tile(rows);
  }

  void turn_query_tile(Range<std::int32_t> rows) {
    positions_.clear();
    for (std::int32_t row = rows.begin; row < rows.end; ++row)
      positions_.push_back(position_of_query(problem_, g_, tensors_, batch_, row));
    turn_queries_.turn(positions_, query_tile_.data(), key_width_);
  }

  // Persistent keys, at the front of the first tiles, have no position and do not turn.
  void turn_key_tile(Range<std::int32_t> tile) {
    positions_.clear();
    const std::int32_t first = g_.first_token(tile);
    for (std::int32_t column = first; column < tile.end; ++column)
      positions_.push_back(position_of_key(problem_, g_, tensors_, batch_, column));
    if (first < tile.end)
      turn_keys_.turn(positions_, key_tile_.data() + std::ptrdiff_t(first - tile.begin) * key_width_, key_width_);
  }

  void cap(float* scores, std::int32_t count) const {
    if (!(softcap_ > 0)) return;
    for (std::int32_t k = 0; k < count; ++k) scores[k] = softcap_ * std::tanh(scores[k] / softcap_);
  }

  const Problem& problem_;
  const Tensors& tensors_;
  Geometry<std::int32_t> g_;
  Tiling tiling_;
  Heads<std::int64_t, bool> heads_;
  Masks masks_;
  std::vector<std::int32_t> bucket_memory_;
  BucketTable buckets_;
  BiasRow bias_;
  KeyRows keys_, values_;
  KeptTurns turn_queries_, turn_keys_;
  std::int32_t key_width_;
  Workspace<FloatArithmetic> work_;
  float scale_, softcap_;
  std::vector<float> query_tile_, key_tile_, value_tile_;  // [tile][padded width]
  std::vector<std::int64_t> positions_;                    // of the rows that turn next
  std::int64_t batch_ = 0, head_ = 0, kv_head_ = 0;
  std::int32_t first_row_ = 0;
};

Arithmetic arithmetic(const Problem& problem, const Options& options) {
  const auto g = geometry_of(problem);
  const Tiling tiling = scalar_tiling(g, options);
  const std::int64_t tiles = g.column_tiles(tiling.keys);
  const std::int64_t splits = part_count<std::int64_t>(tiles, tiling.splits);
  Arithmetic promise = arithmetic_in_float();
  const std::int64_t width = padded_width(problem.head_dim);
  promise.dot_chain =
      links(std::min<std::int64_t>(width, dot_block) / lanes) + links(tile_count<std::int64_t>(width, dot_block)) + 3;
  promise.rescales = links(tiles) + links(splits) + scores_without_value(problem);
  promise.value_chain =
      links(std::min(tiling.keys, block_columns)) + links(tile_count(tiling.keys, block_columns)) + promise.rescales;
  return promise;
}

}  // namespace

Kernel scalar_kernel() {
  Kernel kernel;
  kernel.name = "scalar";
  kernel.instruction_set = "any";
  kernel.batch_invariant = true;
  kernel.unsupported = unsupported_in_float;
  kernel.arithmetic = arithmetic;
  kernel.run = [](const Problem& problem, const Tensors& tensors, const Options& options) {
    Scalar(problem, tensors, options).run();
  };
  return kernel;
}

}  // namespace boresight::impl
