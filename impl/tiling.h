// Tiling: how a kernel cuts a problem into tiles: its own choice, or what the caller asks for.
#pragma once

#include <cstdint>

#include "impl/geometry.h"
#include "impl/online_softmax.h"
#include "problem/kernel.h"

namespace boresight::impl {

// Tiles as asked for, or as the kernel has them; one part.
inline Tiling tiling_of(const KernelTiles& tiles, const Geometry<std::int32_t>& g, const Options& options) {
  const std::int64_t rows = g.rows().size(), columns = g.columns().size();
  Tiling tiling;
  tiling.queries = std::int32_t(tile_size(options.tile_queries, tiles.usual.queries, tiles.most.queries, rows));
  tiling.keys = std::int32_t(tile_size(options.tile_keys, tiles.usual.keys, tiles.most.keys, columns));
  return tiling;
}

}  // namespace boresight::impl
