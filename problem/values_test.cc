// Rounding against Eigen's (an independent source), and the pure function of values against what values.h promises of it.
#include "problem/values.h"

#include <gtest/gtest.h>

#include <eigen3/Eigen/Core>

#include <cmath>
#include <limits>
#include <set>

namespace boresight {
namespace {

// The lower halves of f32 bits that matter to rounding at bit 16 (bf16) and at bit 13 (f16): zero, exact halves, a bit to
// either side, all ones.
constexpr std::uint32_t lower_halves[] = {0x0000, 0x0001, 0x0fff, 0x1000, 0x1001, 0x2000, 0x2fff, 0x3000, 0x3001, 0x7fff,
                                          0x8000, 0x8001, 0xafff, 0xb000, 0xb001, 0xefff, 0xf000, 0xf001, 0xffff};

template <class Compare>
void for_rounding_cases(Compare compare) {
  for (std::uint32_t upper = 0; upper < 0x10000; ++upper)
    for (const std::uint32_t lower : lower_halves) compare(std::bit_cast<float>(upper << 16 | lower));
}

TEST(Values, RoundToBf16AsEigenDoes) {
  int wrong = 0;
  for_rounding_cases([&](float x) {
    const std::uint16_t ours = to_bf16(x), theirs = Eigen::numext::bit_cast<std::uint16_t>(Eigen::bfloat16(x));
    wrong += std::isnan(x) ? (ours & 0x7fffu) <= 0x7f80u : ours != theirs;
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Values, RoundToF16AsEigenDoes) {
  int wrong = 0;
  for_rounding_cases([&](float x) {
    const std::uint16_t ours = to_f16(x), theirs = Eigen::half_impl::float_to_half_rtne(x).x;
    wrong += std::isnan(x) ? (ours & 0x7fffu) <= 0x7c00u : ours != theirs;
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Values, RoundEveryF16AndItsHalfwayPointsToEven) {
  for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {  // up to the largest finite
    const float low = Eigen::half_impl::half_to_float(Eigen::half_impl::__half_raw(bits));
    const float high = Eigen::half_impl::half_to_float(Eigen::half_impl::__half_raw(std::uint16_t(bits + 1)));
    const float half = (low + high) / 2;  // exact in f32
    ASSERT_EQ(to_f16(low), bits);
    ASSERT_EQ(to_f16(half), bits % 2 == 0 ? bits : bits + 1);
    ASSERT_EQ(to_f16(std::nextafter(half, 0.0f)), bits);
    ASSERT_EQ(to_f16(std::nextafter(half, 1e9f)), bits + 1);
    ASSERT_EQ(to_f16(-half), to_f16(half) | 0x8000u);
  }
}

TEST(Values, GoToInfinityAtTheEdgeOfTheRange) {
  EXPECT_EQ(to_f16(65519.99f), 0x7bff);
  EXPECT_EQ(to_f16(65520.0f), 0x7c00);
  EXPECT_EQ(to_bf16(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_EQ(to_bf16(-std::numeric_limits<float>::infinity()), 0xff80);
}

// These numbers are part of bs1.
TEST(Values, AreTheNumbersOfBs1) {
  EXPECT_EQ(mix(1), 0x5692161d100b05e5u);
  EXPECT_EQ(row_bits(0, Source::q, 0), element_bits(element_bits(element_bits(mix(0x9e3779b97f4a7c15u), 0), 0), 0));
  EXPECT_EQ(normal(0), -131070 * 0x1.bcp-16);
  EXPECT_EQ(normal(~std::uint64_t{0}), 131070 * 0x1.bcp-16);
  EXPECT_EQ(small_integer(0), -2);
  EXPECT_EQ(small_integer(~std::uint64_t{0}), 2);
  EXPECT_EQ(uniform(~std::uint64_t{0}), 1 - 0x1p-32);
}

TEST(Values, HaveTheMomentsOfANormal) {
  const int count = 100'000;
  double sum = 0, squares = 0, fourth = 0, products = 0, last = 0;
  for (int d = 0; d < count; ++d) {
    const double x = normal(element_bits(row_bits(7, Source::q, 1, 2, 3), d));
    sum += x, squares += x * x, fourth += x * x * x * x, products += x * last, last = x;
  }
  EXPECT_NEAR(sum / count, 0, 5 / std::sqrt(count));
  EXPECT_NEAR(squares / count, 1, 0.02);
  EXPECT_NEAR(fourth / count, 2.7, 0.1);  // of four uniforms: 3 - 6/5/4
  EXPECT_NEAR(products / count, 0, 5 / std::sqrt(count));
}

TEST(Values, DifferByEveryCoordinate) {
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  for (const Source source : {Source::q, Source::segment_k})
    for (std::uint64_t seed = 0; seed < 4; ++seed)
      for (std::int64_t a = 0; a < 4; ++a)
        for (std::int64_t b = 0; b < 4; ++b)
          for (std::int64_t c = 0; c < 4; ++c)
            for (std::int64_t d = -4; d < 4; ++d, ++drawn) seen.insert(element_bits(row_bits(seed, source, a, b, c), d));
  EXPECT_EQ(seen.size(), drawn);
}

}  // namespace
}  // namespace boresight
