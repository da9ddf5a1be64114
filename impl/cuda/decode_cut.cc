#include "impl/cuda/decode_cut.h"

#include <algorithm>

#include "impl/cuda/plan.h"

namespace boresight::impl::cuda {
namespace {

inline constexpr std::int64_t blocks_wanted = 264;  // two for each of an H200's 132 multiprocessors

// As many as make enough blocks of one sequence, where there are as many tiles: what a part of one tile leaves to be merged is
// little beside its keys. Counted without the batch, which would give a sequence other bits in company.
std::int64_t usual_parts(const Problem& problem, std::int64_t row_tiles, std::int64_t chunks) {
  return tile_count(blocks_wanted, std::max<std::int64_t>(problem.kv_heads * row_tiles * chunks, 1));
}

}  // namespace

DecodeCut decode_cut(const Problem& problem, const Options& options) {
  const Geometry<std::int32_t> g = geometry_of(problem);
  DecodeCut cut{.tiles = cuda_decode_tiles, .tiling = tiling_of_blocks(cuda_decode_tiles, g, options)};
  const std::int64_t group = heads_of(problem).group();
  cut.members = std::int32_t(part_count(group, cut.tiles.most.queries / cut.tiling.queries));
  const std::int32_t packed = cut.members * cut.tiling.queries;
  cut.rows = packed <= 4 ? 4 : packed <= 8 ? 8 : 16;

  const DecodeMemory memory =
      decode_memory(std::int32_t(problem.head_dim), std::int32_t(problem.value_dim), std::int32_t(bytes(problem.type)));
  cut.tiles.most.keys = std::min<std::int64_t>(cut.tiles.most.keys, memory.keys_most(cut.rows));
  cut.tiling = tiling_of_blocks(cut.tiles, g, options);
  const std::int64_t tiles = g.column_tiles(cut.tiling.keys);
  const std::int64_t usual = usual_parts(problem, g.row_tiles(cut.tiling.queries), tile_count<std::int64_t>(group, cut.members));
  cut.tiling.splits = std::int32_t(part_count(tiles, options.splits > 0 ? options.splits : usual));
  return cut;
}

}  // namespace boresight::impl::cuda
