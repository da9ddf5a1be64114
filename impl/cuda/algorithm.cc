#include "impl/cuda/algorithm.h"

#include <algorithm>

#include "impl/cuda/decode_cut.h"
#include "impl/cuda/plan.h"
#include "impl/finish_row.h"
#include "impl/float_arithmetic.h"

namespace boresight::impl::cuda {
namespace {

std::string unsupported_anywhere(const Problem& problem, const Tensors& tensors) {
  const std::int64_t sizes = bucket_sizes(problem, geometry_of(problem));
  if (sizes > bucket_sizes_max)
    return "bias.max_distance " + std::to_string(problem.bias.max_distance) + ": this kernel takes up to " +
           std::to_string(bucket_sizes_max - 1) + " where distances are that long";
  return unsupported_in_float(problem, tensors);
}

// What all promise: exponentials by 2^x of a difference, a product with log2(e), which is itself rounded.
Arithmetic arithmetic_of_all(const Problem& problem, std::int64_t tiles) {
  Arithmetic promise = arithmetic_in_float();
  promise.exp_error = 0x1p-22;
  promise.exp_argument_roundings = 3;
  promise.flushes_subnormals = true;
  promise.rescales = links(tiles) + scores_without_value(problem);
  return promise;
}

Arithmetic tiled_arithmetic(const Problem& problem, const Options& options) {
  const auto g = geometry_of(problem);
  const Tiling tiling = tiling_of_blocks(cuda_tiled_tiles, g, options);
  Arithmetic promise = arithmetic_of_all(problem, g.column_tiles(tiling.keys));
  promise.dot_chain = links(problem.head_dim);
  promise.value_chain = links(g.columns().size()) + 4 + scores_without_value(problem);  // 4: a row's threads put together
  return promise;
}

std::string unsupported_by_tensor_core(const Problem& problem, const Tensors& tensors) {
  if (problem.type != Type::bf16 && problem.type != Type::f16)
    return "type " + std::string(name(problem.type)) + ": this kernel takes bf16 and f16";
  const auto beyond = [](const char* field, std::int64_t size) {
    return std::string(field) + " " + std::to_string(size) + ": this kernel takes 1 to " + std::to_string(tensor_core_width_max);
  };
  if (problem.head_dim > tensor_core_width_max) return beyond("head_dim", problem.head_dim);
  if (problem.value_dim > tensor_core_width_max) return beyond("value_dim", problem.value_dim);
  return unsupported_anywhere(problem, tensors);
}

Arithmetic tensor_core_arithmetic(const Problem& problem, const Options& options) {
  const auto g = geometry_of(problem);
  const KernelTiles& shape = tensor_core_tiles(tensor_core_width(problem));
  const std::int64_t tiles = g.column_tiles(tiling_of_blocks(shape, g, options).keys);
  Arithmetic promise = arithmetic_of_all(problem, tiles);
  promise.accumulator_roundoff = 0x1p-23;  // sums of products are cut
  promise.dot_chain = tensor_core_width(problem);
  promise.value_chain = tiles * shape.most.keys + 2 + scores_without_value(problem);  // 2: a row's lanes put together
  promise.weights = problem.type;
  if (problem.rotary.dims > 0) promise.rotated = problem.type;
  return promise;
}

Arithmetic decode_arithmetic(const Problem& problem, const Options& options) {
  const DecodeCut cut = decode_cut(problem, options);
  const std::int32_t parts = cut.tiling.splits;
  const std::int32_t tiles = tile_count(geometry_of(problem).column_tiles(cut.tiling.keys), parts);  // of a part
  const std::int32_t element = std::int32_t(bytes(problem.type)), pieces = pieces_of(std::int32_t(problem.head_dim), element);
  // A thread's own columns of all tiles, the threads that share them all, the parts.
  const auto chain = [&](std::int32_t threads) {
    return links(std::int64_t(tile_count(cut.tiling.keys, threads)) * tiles) + links(threads) + links(parts);
  };
  Arithmetic promise = arithmetic_of_all(problem, tiles);
  promise.rescales += parts > 1;  // once, to the largest reference of all parts
  promise.dot_chain = links(tile_count(pieces, decode_slices) * (piece_bytes / element)) + 2;  // 2: a key's threads put together
  promise.value_chain =
      std::max(chain(decode_value_groups(std::int32_t(problem.value_dim))), chain(decode_row_threads(cut.rows))) +
      scores_without_value(problem);
  promise.rotated = problem.type;
  return promise;
}

}  // namespace

std::int32_t tensor_core_width(const Problem& problem) {
  std::int32_t width = 32;
  while (width < problem.head_dim || width < problem.value_dim) width *= 2;
  return width;
}

const Promises& promises_of(Algorithm algorithm) {
  static constexpr Promises tiled{"cuda/tiled", unsupported_anywhere, tiled_arithmetic};
  static constexpr Promises tensor_core{"cuda/tensor_core", unsupported_by_tensor_core, tensor_core_arithmetic};
  static constexpr Promises decode{"cuda/decode", unsupported_anywhere, decode_arithmetic};
  switch (algorithm) {
    case Algorithm::tiled:
      return tiled;
    case Algorithm::tensor_core:
      return tensor_core;
    case Algorithm::decode:
      return decode;
  }
  return tiled;
}

std::span<const Algorithm> preferred(const Problem& problem) {
  static constexpr Algorithm few[] = {Algorithm::decode, Algorithm::tensor_core, Algorithm::tiled};
  static constexpr Algorithm many[] = {Algorithm::tensor_core, Algorithm::tiled, Algorithm::decode};
  return geometry_of(problem).rows().size() <= cuda_decode_tiles.usual.queries ? few : many;
}

}  // namespace boresight::impl::cuda
