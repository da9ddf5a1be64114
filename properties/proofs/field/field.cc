#include "properties/proofs/field/field.h"

#include <array>
#include <cstddef>

namespace boresight::field {
namespace {

// 7^(step * 0), 7^(step * 1), ..
template <std::size_t size>
std::array<Weight, size> powers(std::uint64_t step) {
  std::array<Weight, size> result;
  const Weight factor = power({7}, step);
  result[0] = {1};
  for (std::size_t i = 1; i < size; ++i) result[i] = result[i - 1] * factor;
  return result;
}

}  // namespace

Weight exponential(Score score) {
  static const auto low = powers<1 << 16>(1);
  static const auto high = powers<1 << 15>(1 << 16);
  return low[score.exponent & 0xffff] * high[score.exponent >> 16];
}

}  // namespace boresight::field
