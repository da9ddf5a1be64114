#include "impl/cuda/algorithm.h"

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

}  // namespace

const Promises& promises_of(Algorithm algorithm) {
  static constexpr Promises tiled{"cuda/tiled", unsupported_anywhere, tiled_arithmetic};
  switch (algorithm) {
    case Algorithm::tiled:
      return tiled;
  }
  return tiled;
}

std::span<const Algorithm> preferred(const Problem&) { return all_algorithms; }

}  // namespace boresight::impl::cuda
