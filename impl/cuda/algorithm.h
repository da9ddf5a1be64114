// The CUDA kernels by name: what each supports and promises, the same on the host and on a GPU.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "problem/kernel.h"

namespace boresight::impl::cuda {

enum class Algorithm : std::uint8_t { tiled, decode };
inline constexpr Algorithm all_algorithms[] = {Algorithm::tiled, Algorithm::decode};

struct Promises {
  const char* name;  // "cuda/tiled"
  std::string (*unsupported)(const Problem&, const Tensors&);
  Arithmetic (*arithmetic)(const Problem&, const Options&);
};
const Promises& promises_of(Algorithm algorithm);

// All of them, from the fastest for such a problem on, whether or not they take it.
std::span<const Algorithm> preferred(const Problem& problem);

}  // namespace boresight::impl::cuda
