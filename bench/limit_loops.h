// The loops of limits.h, for one instruction set. What they compute is of no use, and is given back so that it is computed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace boresight::bench {

struct Loops {
  std::string instruction_set;
  // `rounds` of independent multiply-adds, enough of them to hide each other's latency.
  float (*multiply_adds)(std::int64_t rounds);
  double flop_per_round;
  // Every byte once, but for less than four cache lines at the end.
  std::uint32_t (*reads)(const std::byte* from, std::size_t bytes);
};
// From strong to weak; at least one.
const std::vector<Loops>& loops();

// vdpbf16ps. Null where the compiler does not know it; to be called only where this processor has it.
using Bf16Loop = float (*)(std::int64_t rounds);
Bf16Loop bf16_loop();  // null: not here
inline constexpr double bf16_flop_per_round = 12 * 32 * 2;

}  // namespace boresight::bench
