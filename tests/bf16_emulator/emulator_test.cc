// The emulator against plain computation: each instruction on random and special numbers, in registers of both halves of the
// file; and what it does not know still ends the program. Where the processor has the instructions, they are what is tested.
#include "emulator.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace boresight::bf16_emulator {
namespace {

__extension__ using Wide = __float128;  // holds a product of two bf16, and its sum with any float that it can change

using Lanes = std::array<std::uint32_t, 16>;

constexpr std::uint32_t special[] = {
    0x00000000, 0x80000000,              // zeros
    0x00000001, 0x80400000, 0x007fffff,  // subnormal
    0x00800000, 0x80800000,              // smallest normal
    0x7f7fffff, 0xff7f0000,              // largest
    0x7f800000, 0xff800000,              // infinities
    0x7fc00000, 0x7f800001, 0xffa50000,  // NaN
    0x3f800000, 0xbf800000,              // one
    0x3f808000, 0x3f818000, 0x3f808001,  // ties of bf16, and just above one
    0x3f807fff, 0x7f7f8000,              // just below a tie; a tie that goes to infinity
    0x1a001a00, 0x20002000, 0x9a009a00,  // whose products are near the smallest normal number
};

std::mt19937& random_bits() {
  static std::mt19937 generator(1);
  return generator;
}
std::uint32_t any_number() {
  const std::uint32_t bits = std::uint32_t(random_bits()());
  switch (random_bits()() & 3u) {
    case 0:
      return special[bits % std::size(special)];
    case 1:
      return bits;
    default:
      return (bits & 0x80ffffffu) | 0x3f000000u;  // near one
  }
}
Lanes any_lanes() {
  Lanes lanes;
  for (std::uint32_t& lane : lanes) lane = any_number();
  return lanes;
}

double in(std::uint32_t bits) {
  const float value = std::bit_cast<float>(bits);
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0, double(value)) : double(value);
}
float out(Wide exact) {
  const float value = float(exact);
  return std::abs(value) < 0x1p-126f ? std::copysign(0.0f, value) : value;
}

float expected_dot(std::uint32_t sum, std::uint32_t a, std::uint32_t b) {
  const float upper = out(Wide(in(a & 0xffff0000u)) * Wide(in(b & 0xffff0000u)) + Wide(in(sum)));
  return out(Wide(in(a << 16)) * Wide(in(b << 16)) + Wide(double(upper)));
}

// The nearer of the two bf16 around a number, by their distances.
std::uint32_t expected_half(std::uint32_t bits) {
  const double value = in(bits);
  if (!std::isfinite(value) || value == 0) return std::isnan(value) ? 0x7fc0 : std::bit_cast<std::uint32_t>(float(value)) >> 16;
  const std::uint32_t below = bits >> 16, above = below + 1;
  const auto size = [](std::uint32_t half) {  // what would follow the largest is 2^128
    return (half & 0x7fffu) == 0x7f80 ? 0x1p128 : std::abs(double(std::bit_cast<float>(half << 16)));
  };
  const double down = std::abs(value) - size(below), up = size(above) - std::abs(value);
  return down < up || (down == up && (below & 1u) == 0) ? below : above;
}

// The same instruction in registers whose numbers take all their bits.
#define BF16_FORM(NAME, INSTRUCTION, TARGET, FIRST, SECOND)                                                              \
  __attribute__((target("avx512f"), noinline)) void NAME(Lanes& target, const Lanes& first, const Lanes& second) {       \
    asm volatile("vmovups (%0), %%" TARGET "\n\tvmovups (%1), %%" FIRST "\n\tvmovups (%2), %%" SECOND "\n\t" INSTRUCTION \
                 " %%" SECOND ", %%" FIRST ", %%" TARGET "\n\tvmovups %%" TARGET ", (%0)"                                \
                 :                                                                                                       \
                 : "r"(&target), "r"(&first), "r"(&second)                                                               \
                 : "memory", TARGET, FIRST, SECOND);                                                                     \
  }
BF16_FORM(dot_low, "vdpbf16ps", "zmm0", "zmm1", "zmm2")
BF16_FORM(dot_mixed, "vdpbf16ps", "zmm9", "zmm17", "zmm31")
BF16_FORM(dot_high, "vdpbf16ps", "zmm30", "zmm15", "zmm20")
BF16_FORM(narrow_low, "vcvtne2ps2bf16", "zmm0", "zmm1", "zmm2")
BF16_FORM(narrow_mixed, "vcvtne2ps2bf16", "zmm13", "zmm24", "zmm8")
BF16_FORM(narrow_high, "vcvtne2ps2bf16", "zmm23", "zmm6", "zmm29")
using Form = void (*)(Lanes&, const Lanes&, const Lanes&);

class Emulator : public testing::Test {
 protected:
  void SetUp() override {
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw")) GTEST_SKIP() << "this processor lacks AVX-512";
    install(Fault::none);
  }
};

TEST_F(Emulator, MultipliesPairs) {
  for (int round = 0; round < 3000; ++round)
    for (const Form form : {dot_low, dot_mixed, dot_high}) {
      const Lanes before = any_lanes(), a = any_lanes(), b = any_lanes();
      Lanes sums = before;
      form(sums, a, b);
      for (std::size_t lane = 0; lane < sums.size(); ++lane) {
        const float found = std::bit_cast<float>(sums[lane]), expected = expected_dot(before[lane], a[lane], b[lane]);
        if (std::isnan(expected))
          ASSERT_TRUE(std::isnan(found));
        else
          ASSERT_EQ(sums[lane], std::bit_cast<std::uint32_t>(expected))
              << std::hex << before[lane] << " + " << a[lane] << " . " << b[lane];
      }
    }
}

TEST_F(Emulator, RoundsTwoVectorsToOne) {
  for (int round = 0; round < 3000; ++round)
    for (const Form form : {narrow_low, narrow_mixed, narrow_high}) {
      const Lanes first = any_lanes(), second = any_lanes();
      Lanes halves{};
      form(halves, first, second);
      for (std::size_t k = 0; k < 32; ++k) {
        const std::uint32_t from = k < 16 ? second[k] : first[k - 16];
        const std::uint32_t found = halves[k / 2] >> (k % 2 * 16) & 0xffffu;
        if (std::isnan(std::bit_cast<float>(from)))
          ASSERT_TRUE((found & 0x7fffu) > 0x7f80u);
        else
          ASSERT_EQ(found, expected_half(from)) << std::hex << from;
      }
    }
}

TEST_F(Emulator, LeavesWhatItDoesNotKnow) { EXPECT_EXIT(asm volatile("ud2"), testing::KilledBySignal(SIGILL), ""); }

}  // namespace
}  // namespace boresight::bf16_emulator
