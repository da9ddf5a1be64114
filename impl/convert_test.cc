// Conversions against problem/values.h, which rounds the same types in another way.
#include "impl/convert.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "problem/values.h"

namespace boresight::impl {
namespace {

TEST(Convert, EveryHalfNumberSurvivesTheWayThereAndBack) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = std::uint16_t(bits);
    const float f16 = from_f16(half), bf16 = from_bf16(half);
    EXPECT_EQ(f16 != f16, (bits & 0x7fffu) > 0x7c00u);
    EXPECT_EQ(bf16 != bf16, (bits & 0x7fffu) > 0x7f80u);
    EXPECT_TRUE(f16 != f16 || round_to_f16(f16) == half) << bits;
    EXPECT_TRUE(bf16 != bf16 || round_to_bf16(bf16) == half) << bits;
  }
}

TEST(Convert, KnowsTheNumbersOfF16) {
  EXPECT_EQ(from_f16(0x3c00), 1.0f);
  EXPECT_EQ(from_f16(0xc000), -2.0f);
  EXPECT_EQ(from_f16(0x0001), 0x1p-24f);
  EXPECT_EQ(from_f16(0x03ff), 0x1.ff8p-15f);
  EXPECT_EQ(from_f16(0x7bff), 65504.0f);
  EXPECT_EQ(from_f16(0xfc00), -std::numeric_limits<float>::infinity());
}

// A stride that is odd and no divisor of anything meets every exponent, both signs, infinities' neighbours and NaN.
TEST(Convert, RoundsFloatsAsTheInputsWereRounded) {
  std::uint32_t differences = 0;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 1019) {
    const float value = std::bit_cast<float>(std::uint32_t(bits));
    differences += round_to_f16(value) != to_f16(value);
    differences += round_to_bf16(value) != to_bf16(value);
  }
  EXPECT_EQ(differences, 0u);
}

TEST(Convert, RoundsTiesToEven) {
  for (std::uint32_t bits = 0; bits < 0x7c00u; ++bits) {
    const float below = from_f16(std::uint16_t(bits)), above = bits + 1 == 0x7c00u ? 65536.0f : from_f16(std::uint16_t(bits + 1));
    const float tie = (below + above) / 2;
    EXPECT_EQ(round_to_f16(tie), bits + bits % 2);
    EXPECT_EQ(round_to_f16(std::nextafter(tie, 0.0f)), bits);
    EXPECT_EQ(round_to_f16(-std::nextafter(tie, 70000.0f)), (bits + 1) | 0x8000u);
  }
}

TEST(Convert, ReadsAndWritesRowsOfAnyStride) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16})
    for (const std::int64_t stride : {1, 3, -2}) {
      std::array<std::uint32_t, 32> memory{};
      const Tensor tensor{memory.data(), type, 2, {2, 4}, {1, stride}};
      const std::array<float, 4> row{1.5f, -2, 0, 96}, untouched{7, 7, 7, 7};
      std::array<float, 4> read = untouched;
      write_row(tensor, 12, 4, row.data());
      read_row(tensor, 12, 4, read.data());
      EXPECT_EQ(read, row);
      EXPECT_EQ(read_element(tensor, 12 + 3 * stride), 96.0f);
    }
}

}  // namespace
}  // namespace boresight::impl
