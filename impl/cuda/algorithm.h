// The CUDA kernels by name: what each supports and promises, the same on the host and on a GPU.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "impl/geometry.h"
#include "problem/kernel.h"

namespace boresight::impl::cuda {

enum class Algorithm : std::uint8_t { tiled, tensor_core, decode };
inline constexpr Algorithm all_algorithms[] = {Algorithm::tiled, Algorithm::tensor_core, Algorithm::decode};

struct Promises {
  const char* name;  // "cuda/tiled"
  std::string (*unsupported)(const Problem&, const Tensors&);
  Arithmetic (*arithmetic)(const Problem&, const Options&);
};
const Promises& promises_of(Algorithm algorithm);

// What tensor_core's rows are filled up to: the least of 32, 64, 128 and 256 that holds both widths; and its tiles of such rows.
inline constexpr std::int32_t tensor_core_width_max = 256;
std::int32_t tensor_core_width(const Problem& problem);
constexpr const KernelTiles& tensor_core_tiles(std::int32_t width) {
  return width <= 64 ? cuda_tensor_core_tiles : width <= 128 ? cuda_tensor_core_128_tiles : cuda_tensor_core_256_tiles;
}

// All of them, from the fastest for such a problem on, whether or not they take it.
std::span<const Algorithm> preferred(const Problem& problem);

}  // namespace boresight::impl::cuda
