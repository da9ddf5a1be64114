#include "impl/cuda/plan.h"

#include <algorithm>

#include "impl/parameters.h"
#include "impl/tiling.h"

namespace boresight::impl::cuda {

View view_of(const Tensor& tensor) {
  View view{tensor.data, {}, tensor.type, tensor.rank};
  for (int d = 0; d < tensor.rank; ++d) view.stride[d] = tensor.shape[std::size_t(d)] == 1 ? 0 : tensor.stride[std::size_t(d)];
  return view;
}

Tiling tiling_of_blocks(const KernelTiles& tiles, const Geometry<std::int32_t>& g, const Options& options) {
  constexpr std::int64_t least = 16;
  Options larger = options;
  if (options.tile_queries > 0) larger.tile_queries = std::max(options.tile_queries, least);
  if (options.tile_keys > 0) larger.tile_keys = std::max(options.tile_keys, least);
  return tiling_of(tiles, g, larger);
}

Call call_of(const Problem& problem, const Tensors& tensors, const Options& options, const KernelTiles& tiles) {
  const Geometry<std::int32_t> g = geometry_of(problem);
  const Tiling tiling = tiling_of_blocks(tiles, g, options);
  Call call{.g = g,
            .head_map = heads_of<std::int32_t>(problem),
            .batch = std::int32_t(problem.batch),
            .heads = std::int32_t(problem.heads),
            .kv_heads = std::int32_t(problem.kv_heads),
            .head_dim = std::int32_t(problem.head_dim),
            .value_dim = std::int32_t(problem.value_dim)};
  call.q = view_of(tensors.q);
  call.k = {view_of(tensors.mem_k), view_of(tensors.memory_k), view_of(tensors.segment_k)};
  call.v = {view_of(tensors.mem_v), view_of(tensors.memory_v), view_of(tensors.segment_v)};
  call.key_mask = view_of(tensors.key_mask);
  call.memory_mask = view_of(tensors.memory_mask);
  call.attention_mask = view_of(tensors.attention_mask);
  call.out = view_of(tensors.out);
  call.lse = view_of(tensors.lse);
  call.scale = float(effective_scale(problem));
  call.softcap = float(parameter(problem, problem.softcap));
  call.softcap_order = problem.softcap_order;
  call.bias = problem.bias.kind;
  call.bias_scale = float(parameter(problem, problem.bias.bias_scale));
  call.bidirectional = problem.bias.bidirectional;
  call.buckets = std::int32_t(problem.bias.buckets);
  call.slopes = view_of(tensors.slopes);
  call.bucket_table = view_of(tensors.bucket_table);
  call.distance_table = view_of(tensors.distance_table);
  call.dense = view_of(tensors.dense);
  call.forget = view_of(tensors.forget);
  if (problem.sink) call.sinks = view_of(tensors.sinks);
  if (problem.custom_positions) {
    call.query_positions = view_of(tensors.query_positions);
    call.key_positions = view_of(tensors.key_positions);
  }
  call.zero_kv = problem.zero_kv;
  call.tile_queries = tiling.queries;
  call.tile_keys = tiling.keys;
  call.parts = call.members = 1;
  return call;
}

std::int64_t bucket_sizes(const Problem& problem, const Geometry<std::int32_t>& g) {
  if (problem.bias.kind != BiasKind::relative_buckets) return 0;
  // By order no distance reaches the limit; positions that are given may lie anywhere.
  const std::int64_t longest = problem.custom_positions ? problem.bias.max_distance : g.distance_limit();
  return std::max<std::int64_t>(std::min(longest, problem.bias.max_distance), 0) + 1;
}

Tables::Tables(const Problem& problem, const Geometry<std::int32_t>& g) {
  const Bias& bias = problem.bias;
  if (bias.kind == BiasKind::alibi && bias.slopes == Slopes::geometric)
    for (std::int64_t head = 0; head < problem.heads; ++head)
      slopes.push_back(head < bias.alibi_heads ? geometric_slope(head, bias.alibi_heads) : 0.0f);
  for (std::int64_t size = 0; size < bucket_sizes(problem, g); ++size)
    bucket_of_size.push_back(std::int32_t(relative_bucket(bias, size)));
  for (std::int64_t r = 0; r < problem.rotary.dims / 2; ++r) {
    if (!problem.rotary.frequencies_as_data) frequencies.push_back(inverse_frequency(problem, {}, r));
    if (problem.rotary.xpos.on && !problem.rotary.xpos.scales_as_data) scales.push_back(xpos_scale(problem, {}, r));
  }
}

TableViews Tables::views() const {
  return {slopes.data(), bucket_of_size.data(), std::int32_t(bucket_of_size.size()), frequencies.data(), scales.data()};
}

namespace {

// Which rows of the queries, or of the keys, turn, and where the first of them stands.
struct Turning {
  bool queries;
  std::int32_t position, index;
};

void turn(const Problem& problem, const Tensors& tensors, Turning turning, Rows& rows) {
  const Rotary& rotary = problem.rotary;
  rows.half = std::int32_t(rotary.dims / 2);
  rows.adjacent = rotary.pairs == RotaryPairs::adjacent;
  rows.interpolation = parameter(problem, rotary.interpolation);
  rows.frequencies = view_of(tensors.inverse_frequency);
  rows.xpos = rotary.xpos.on;
  rows.center = parameter(problem, rotary.xpos.center);
  const double scale_base = parameter(problem, rotary.xpos.scale_base);
  rows.scale_base = turning.queries ? scale_base : -scale_base;
  rows.scales = view_of(tensors.xpos_scale);
  if (problem.custom_positions) rows.positions = view_of(turning.queries ? tensors.query_positions : tensors.key_positions);
  rows.first_position = turning.position;
  rows.first_index = turning.index;
}

}  // namespace

Rows rows_of(const Problem& problem, const Tensors& tensors, RowsOf which) {
  const Geometry<std::int32_t> g = geometry_of(problem);
  const Tensor& tensor = which == RowsOf::queries     ? tensors.q
                         : which == RowsOf::mem_k     ? tensors.mem_k
                         : which == RowsOf::memory_k  ? tensors.memory_k
                         : which == RowsOf::segment_k ? tensors.segment_k
                         : which == RowsOf::mem_v     ? tensors.mem_v
                         : which == RowsOf::memory_v  ? tensors.memory_v
                                                      : tensors.segment_v;
  Rows rows{};
  rows.from = view_of(tensor);
  if (!rows.from.there()) return rows;
  const int first = tensor.rank - 3;  // mem_kv has no sequences
  if (first == 0)
    rows.from = {rows.from.data, {0, rows.from.stride[0], rows.from.stride[1], rows.from.stride[2]}, tensor.type, 4};
  rows.sequences = first == 0 ? 1 : std::int32_t(tensor.shape[0]);
  rows.heads = std::int32_t(tensor.shape[std::size_t(first)]);
  rows.rows = std::int32_t(tensor.shape[std::size_t(first + 1)]);
  rows.width = std::int32_t(tensor.shape[std::size_t(first + 2)]);
  if (problem.rotary.dims == 0) return rows;
  // Columns of a part follow one another, so the first one tells where all stand.
  const std::int32_t memories = g.run_of_part(g.columns(), 1).begin, segment = g.run_of_part(g.columns(), 2).begin;
  if (which == RowsOf::queries) turn(problem, tensors, {true, g.query_position(0), 0}, rows);
  if (which == RowsOf::memory_k) turn(problem, tensors, {false, g.key_position(memories), g.token_index(memories)}, rows);
  if (which == RowsOf::segment_k) turn(problem, tensors, {false, g.key_position(segment), g.token_index(segment)}, rows);
  return rows;
}

}  // namespace boresight::impl::cuda
