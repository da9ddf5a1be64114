// Implied parameters against values worked out by hand.
#include "impl/parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace boresight::impl {
namespace {

std::vector<float> geometric_slopes(std::int64_t count) {
  std::vector<float> slopes;
  for (std::int64_t head = 0; head < count; ++head) slopes.push_back(geometric_slope(head, count));
  return slopes;
}

TEST(Parameters, SlopesOfAPowerOfTwoHalveInEqualSteps) {
  EXPECT_EQ(geometric_slopes(1), (std::vector<float>{0x1p-8f}));
  EXPECT_EQ(geometric_slopes(2), (std::vector<float>{0x1p-4f, 0x1p-8f}));
  EXPECT_EQ(geometric_slopes(4), (std::vector<float>{0x1p-2f, 0x1p-4f, 0x1p-6f, 0x1p-8f}));
  EXPECT_EQ(geometric_slopes(8), (std::vector<float>{0x1p-1f, 0x1p-2f, 0x1p-3f, 0x1p-4f, 0x1p-5f, 0x1p-6f, 0x1p-7f, 0x1p-8f}));
}

TEST(Parameters, SlopesBetweenPowersOfTwoTakeEverySecondOfTheNextPower) {
  EXPECT_EQ(geometric_slopes(3), (std::vector<float>{0x1p-4f, 0x1p-8f, 0x1p-2f}));
  EXPECT_EQ(geometric_slopes(6), (std::vector<float>{0x1p-2f, 0x1p-4f, 0x1p-6f, 0x1p-8f, 0x1p-1f, 0x1p-3f}));
  EXPECT_EQ(geometric_slopes(7), (std::vector<float>{0x1p-2f, 0x1p-4f, 0x1p-6f, 0x1p-8f, 0x1p-1f, 0x1p-3f, 0x1p-5f}));
}

// 1 to 40 heads by square roots alone: with `power` heads each slope is the one before times 2^(-8/power), and the others
// of the next power start at the root of that step and go on by whole steps.
TEST(Parameters, SlopesOfOneToFortyHeadsFollowTheirSteps) {
  for (std::int64_t count = 1; count <= 40; ++count) {
    std::int64_t power = 1;
    double step = 0x1p-8;
    for (; 2 * power <= count; power *= 2) step = std::sqrt(step);
    const auto slopes = geometric_slopes(count);
    ASSERT_EQ(std::int64_t(slopes.size()), count);
    double slope = 1;
    for (std::int64_t k = 0; k < count; ++k) {
      slope = k == power ? std::sqrt(step) : slope * step;
      EXPECT_NEAR(slopes[std::size_t(k)], slope, slope * (0x1p-24 + double(k + 3) * 0x1p-51)) << count << " heads, head " << k;
    }
  }
}

Bias t5(std::int64_t buckets, std::int64_t max_distance, bool bidirectional) {
  Bias bias;
  bias.kind = BiasKind::relative_buckets;
  bias.buckets = buckets;
  bias.max_distance = max_distance;
  bias.bidirectional = bidirectional;
  return bias;
}

TEST(Parameters, BucketsAreExactNearAndLogarithmicFar) {
  const Bias both = t5(32, 128, true), past = t5(32, 128, false);
  for (std::int64_t d = 0; d < 8; ++d) EXPECT_EQ(relative_bucket(both, d), d);
  for (std::int64_t d = 1; d < 8; ++d) EXPECT_EQ(relative_bucket(both, -d), 16 + d);
  for (std::int64_t d = 0; d < 16; ++d) EXPECT_EQ(relative_bucket(past, d), d);
  EXPECT_EQ(relative_bucket(past, -3), 0);  // the future is no distance
  EXPECT_EQ(relative_bucket(both, 8), 8);
  EXPECT_EQ(relative_bucket(both, 17), 10);   // 8 + floor(8 ln(17/8) / ln(16)) = 8 + floor(2.17)
  EXPECT_EQ(relative_bucket(both, -33), 28);  // 16 + 8 + floor(4.09)
  EXPECT_EQ(relative_bucket(both, 90), 14);   // 8 + floor(6.98)
  EXPECT_EQ(relative_bucket(both, 91), 15);   // 8 + floor(7.01)
  EXPECT_EQ(relative_bucket(past, 100), 30);  // 16 + floor(16 ln(100/16) / ln(8)) = 16 + floor(14.1)
  for (const std::int64_t far : {std::int64_t{128}, std::int64_t{1000}, std::int64_t{1} << 32}) {
    EXPECT_EQ(relative_bucket(both, far), 15);
    EXPECT_EQ(relative_bucket(both, -far), 31);
    EXPECT_EQ(relative_bucket(past, far), 31);
  }
  EXPECT_EQ(relative_bucket(t5(2, 2, false), 1), 1);  // the smallest of all: 0, and everything else
  EXPECT_EQ(relative_bucket(t5(4, 2, true), -1), 3);
}

TEST(Parameters, BucketTablesHoldWhatTheFormulaSaysWithinAndBeyond) {
  for (const Bias& bias : {t5(32, 128, true), t5(6, 90, true), t5(7, 300, false), t5(64, size_limit, false)})
    for (const std::int64_t longest : {0, 5, 400}) {
      std::vector<std::int32_t> memory(BucketTable::entries(bias, longest));
      const BucketTable table(bias, memory);
      for (std::int64_t d = -500; d <= 500; ++d) EXPECT_EQ(table(d), relative_bucket(bias, d));
      for (const std::int64_t d : {std::int64_t{1} << 20, std::int64_t{1} << 32}) EXPECT_EQ(table(-d), relative_bucket(bias, -d));
    }
  EXPECT_LT(BucketTable::entries(t5(64, size_limit, false), size_limit), 100000u);
  EXPECT_EQ(BucketTable(t5(64, size_limit, false), {})(size_limit), 63);
  EXPECT_EQ(BucketTable::entries(Bias{}, 100), 0u);
}

Problem rotary(std::int64_t dims, double base, double base_rescale) {
  Problem problem;
  problem.head_dim = dims;
  problem.rotary.dims = dims;
  problem.rotary.base = base;
  problem.rotary.base_rescale = base_rescale;
  return problem;
}

std::vector<float> inverse_frequencies(const Problem& problem, const Tensors& tensors) {
  std::vector<float> frequencies;
  for (std::int64_t r = 0; r < problem.rotary.dims / 2; ++r) frequencies.push_back(inverse_frequency(problem, tensors, r));
  return frequencies;
}
std::vector<float> xpos_scales(const Problem& problem, const Tensors& tensors) {
  std::vector<float> scales;
  for (std::int64_t r = 0; r < problem.rotary.dims / 2; ++r) scales.push_back(xpos_scale(problem, tensors, r));
  return scales;
}

TEST(Parameters, FrequenciesFallGeometricallyFromOne) {
  EXPECT_EQ(inverse_frequencies(rotary(4, 10000, 1), {}), (std::vector<float>{1, 0.01f}));
  EXPECT_EQ(inverse_frequencies(rotary(6, 8, 1), {}), (std::vector<float>{1, 0.5f, 0.25f}));
  EXPECT_EQ(inverse_frequencies(rotary(4, 10000, 2), {}), (std::vector<float>{1, 0.005f}));  // base * 2^(4/2)
  EXPECT_EQ(inverse_frequencies(rotary(2, 10000, 2), {}), (std::vector<float>{1}));
}

TEST(Parameters, XposScalesRiseTowardsOne) {
  EXPECT_EQ(xpos_scales(rotary(4, 10000, 1), {}), (std::vector<float>{float(1.6 / 5.6), float(3.6 / 5.6)}));
}

TEST(Parameters, DataGoBeforeFormulas) {
  Problem problem = rotary(4, 10000, 1);
  problem.rotary.frequencies_as_data = problem.rotary.xpos.scales_as_data = true;
  float numbers[] = {3, 0, 5};
  Tensors tensors;
  tensors.inverse_frequency = tensors.xpos_scale = Tensor{numbers, Type::f32, 1, {2}, {2}};
  EXPECT_EQ(inverse_frequencies(problem, tensors), (std::vector<float>{3, 5}));
  EXPECT_EQ(xpos_scales(problem, tensors), (std::vector<float>{3, 5}));
}

}  // namespace
}  // namespace boresight::impl
