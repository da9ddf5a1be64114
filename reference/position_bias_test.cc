#include "reference/position_bias.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "reference/sample_for_tests.h"

#ifndef BORESIGHT_SOURCE_DIR
#error "BORESIGHT_SOURCE_DIR must be the top of the source tree"
#endif

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Calls visit with each record of this kind that x-transformers' own functions gave; returns how many there were.
template <class Visit>
int each_table(const std::string& kind, Visit visit) {
  std::ifstream file(BORESIGHT_SOURCE_DIR "/tests/data/oracle/x-transformers/tables.jsonl");
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json record = nlohmann::json::parse(line);
    if (record.at("kind") != kind) continue;
    visit(record);
    ++count;
  }
  return count;
}

Matrix bias_of(const Sample& sample) { return sample.attend().heads[0].bias; }

Matrix row(std::initializer_list<double> values) {
  Matrix result(1, Index(values.size()));
  Index at = 0;
  for (const double value : values) result(0, at++) = value;
  return result;
}

TEST(PositionBias, GeometricSlopesAreThoseOfXTransformers) {
  const int tables = each_table("alibi_slopes", [](const nlohmann::json& record) {
    const std::int64_t heads = record.at("heads");
    const std::vector<double> slopes = record.at("slopes");
    ASSERT_EQ(std::int64_t(slopes.size()), heads);
    for (std::int64_t k = 0; k < heads; ++k) {
      // Theirs are powers of a rounded ratio: k roundings.
      EXPECT_NEAR(geometric_slope(heads, k), slopes[k], double(k + 4) * 0x1p-52 * slopes[k]) << k << " of " << heads;
    }
  });
  EXPECT_EQ(tables, 46);
}

TEST(PositionBias, SlopesOfEightAndTwelveHeads) {
  EXPECT_EQ(geometric_slope(8, 0), 0.5);
  EXPECT_EQ(geometric_slope(8, 7), 0x1p-8);
  EXPECT_EQ(geometric_slope(12, 7), 0x1p-8);
  EXPECT_EQ(geometric_slope(12, 8), std::sqrt(0.5));
  EXPECT_EQ(geometric_slope(12, 9), std::exp2(-1.5));
}

TEST(PositionBias, BucketsAreThoseOfXTransformers) {
  const int tables = each_table("t5_bucket", [](const nlohmann::json& record) {
    const Bias bias{.kind = BiasKind::relative_buckets,
                    .buckets = record.at("num_buckets"),
                    .max_distance = record.at("max_distance"),
                    .bidirectional = !record.at("causal").get<bool>()};
    const std::vector<std::int64_t> buckets = record.at("bucket");
    const std::int64_t first = record.at("first");
    for (std::size_t k = 0; k < buckets.size(); ++k) {
      ASSERT_EQ(bucket(bias, first + std::int64_t(k)), buckets[k])
          << record.at("num_buckets") << " at " << first + std::int64_t(k);
    }
  });
  EXPECT_EQ(tables, 26);
}

TEST(PositionBias, BucketsStayInTheTableAtAnyDistance) {
  for (const bool bidirectional : {false, true}) {
    const Bias bias{.buckets = 32, .max_distance = 128, .bidirectional = bidirectional};
    for (const std::int64_t distance :
         {std::int64_t{4294967295}, std::int64_t{-4294967295}, std::int64_t{128}, std::int64_t{-128}}) {
      EXPECT_GE(bucket(bias, distance), 0);
      EXPECT_LT(bucket(bias, distance), 32);
    }
  }
}

TEST(PositionBias, AlibiFallsWithTheDistanceOnBothSides) {
  Problem p = tiny(1, 2, 1, 1);  // the row stands at 1, keys at -1, 0, 1
  p.zero_kv = true;
  p.bias = {.kind = BiasKind::alibi, .slopes = Slopes::per_head};
  Sample sample(p);
  sample.set(&Tensors::slopes, {0.25});
  EXPECT_EQ(bias_of(sample), row({0, 0, -0.5, -0.25, 0}));
  p.queries = 2;  // rows at 0 and 1
  Sample both(p);
  both.set(&Tensors::slopes, {0.25});
  EXPECT_EQ(bias_of(both).row(0), row({0, 0, -0.25, 0, -0.25}));
}

TEST(PositionBias, HeadsPastTheAlibiHeadsHaveSlopeZero) {
  Problem p = tiny(1, 3);
  p.heads = 3;
  p.bias = {.kind = BiasKind::alibi, .alibi_heads = 2};
  const Attention truth = Sample(p).attend();
  EXPECT_EQ(truth.heads[0].bias, row({-0.125, -0.0625, 0}));
  EXPECT_EQ(truth.heads[1].bias, row({-0x1p-7, -0x1p-8, 0}));
  EXPECT_EQ(truth.heads[2].bias, row({0, 0, 0}));
}

TEST(PositionBias, SlopesOfEachSequence) {
  Problem p = tiny(1, 2);
  p.batch = p.heads = 2;
  p.bias = {.kind = BiasKind::alibi, .slopes = Slopes::per_batch};
  Sample sample(p);
  sample.set(&Tensors::slopes, {1, 2, 3, 4});
  const Attention truth = sample.attend();
  for (int at = 0; at < 4; ++at) EXPECT_EQ(truth.heads[at].bias(0, 0), -(at + 1));
}

TEST(PositionBias, ComputedSlopesAreRoundedToF32OnlyOutsideF64) {
  Problem p = tiny(1, 2);
  p.heads = 3;
  p.bias = {.kind = BiasKind::alibi, .alibi_heads = 3};
  p.heads = p.bias.alibi_heads = 12;
  EXPECT_EQ(Sample(p).attend().heads[8].bias(0, 0), -std::sqrt(0.5));
  p.type = Type::bf16;
  EXPECT_EQ(Sample(p).attend().heads[8].bias(0, 0), -double(float(std::sqrt(0.5))));
}

TEST(PositionBias, BucketTableIsScaledAndReadByHead) {
  Problem p = tiny(1, 4, 0, 1);
  p.heads = 2;
  p.bias = {.kind = BiasKind::relative_buckets, .buckets = 4, .max_distance = 8, .bias_scale = 3};
  Sample sample(p);
  sample.set(&Tensors::bucket_table, {0, 10, 1, 11, 2, 12, 3, 13});
  const Attention truth = sample.attend();
  // Distances 3, 2, 1, 0; e = 2: ln(3/2)/ln(4) * 2 = 0.58 stays in bucket 2.
  EXPECT_EQ(truth.heads[0].bias, row({0, 6, 6, 3, 0}));
  EXPECT_EQ(truth.heads[1].bias, row({0, 36, 36, 33, 30}));
}

TEST(PositionBias, DistanceTableStartsAtTheFarthestFutureKey) {
  Problem p = tiny(2, 2, 1, 1);  // rows at 0, 1; keys at -1, 0, 1; d from -1 to 2
  p.bias.kind = BiasKind::distance_table;
  Sample sample(p);
  sample.set(&Tensors::distance_table, {5, 6, 7, 8});  // d = -1, 0, 1, 2
  EXPECT_EQ(bias_of(sample).row(0), row({0, 7, 6, 5}));
  EXPECT_EQ(bias_of(sample).row(1), row({0, 8, 7, 6}));
}

TEST(PositionBias, DenseMinusInfinityHidesItsColumn) {
  for (const Type type : {Type::f64, Type::f32, Type::bf16, Type::f16}) {
    Problem p = tiny(1, 2, 1, 1);
    p.bias.kind = BiasKind::dense;
    p.type = type == Type::f64 ? Type::f64 : Type::f32;
    Sample sample(p);
    sample.tensors.dense = sample.inputs.allocate(type, {1, 1, 1, 3});
    sample.set(&Tensors::dense, {0.5, -infinity, 2});
    const Attention truth = sample.attend();
    EXPECT_EQ(truth.heads[0].bias, row({0, 0.5, 0, 2}));
    EXPECT_FALSE(truth.heads[0].visible(0, 2));
    EXPECT_EQ(truth.heads[0].weights(0, 2), 0);
    EXPECT_EQ(truth.heads[0].visible.count(), 3);
    EXPECT_EQ(truth.out_of_domain, "");
  }
}

TEST(PositionBias, ForgetIsTheLossBetweenKeyAndQuery) {
  Problem p = tiny(2, 2, 1, 1);
  p.causal = true;
  p.bias.kind = BiasKind::forget;
  Sample sample(p);
  sample.set(&Tensors::forget, {-1, -3, -7});  // at -1, 0, 1
  EXPECT_EQ(bias_of(sample).row(0), row({0, -2, 0, 4}));
  EXPECT_EQ(bias_of(sample).row(1), row({0, -6, -4, 0}));
}

TEST(PositionBias, CustomPositionsReplaceTheOrder) {
  Problem p = tiny(1, 2, 1);
  p.batch = 2;
  p.custom_positions = true;
  p.bias = {.kind = BiasKind::alibi, .slopes = Slopes::per_head};
  Sample sample(p);
  sample.set(&Tensors::slopes, {1});
  sample.add(&Tensors::query_positions, Type::i32, {2, 1}, {10, 2147483647});
  sample.add(&Tensors::key_positions, Type::i32, {2, 3}, {7, 30, 10, 0, -2147483647, 1});
  const Attention truth = sample.attend();
  EXPECT_EQ(truth.heads[0].bias, row({-3, -20, 0}));
  EXPECT_EQ(truth.heads[1].bias, row({-2147483647., -4294967294., -2147483646.}));
}

TEST(PositionBias, ADistanceOutsideItsTableIsOutOfDomain) {
  Problem p = tiny(1, 2);
  p.custom_positions = true;
  p.bias.kind = BiasKind::distance_table;
  Sample sample(p);
  sample.set(&Tensors::key_positions, {0, 5});
  EXPECT_NE(sample.attend().out_of_domain, "");
}

}  // namespace
}  // namespace boresight::reference
