#include "reference/domain.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "reference/sample_for_tests.h"

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Problem typed(Type type, std::int64_t queries = 1, std::int64_t segment = 2) {
  Problem p = tiny(queries, segment);
  p.type = type;
  return p;
}

TEST(Domain, OrdinaryCasesAreInside) {
  for (const Type type : {Type::f64, Type::f32, Type::bf16, Type::f16}) EXPECT_EQ(Sample(typed(type)).attend().out_of_domain, "");
}

TEST(Domain, ScoresMustBeFiniteInTheStorageType) {
  Sample sample(typed(Type::f16));
  sample.set(&Tensors::q, {300});
  sample.set(&Tensors::segment_k, {1, 200});
  EXPECT_EQ(sample.attend().out_of_domain, "");
  sample.set(&Tensors::segment_k, {1, 300});
  EXPECT_EQ(sample.attend().out_of_domain,
            "scale * sum|q||k| + |bias| is 9e+04 at query 0, column 1 in sequence 0, head 0; the largest finite f16 is 6.55e+04");
}

// A scale below 1 comes too late for a product that is infinite by then.
TEST(Domain, ProductsMustBeFiniteBeforeTheyAreScaled) {
  Problem p = typed(Type::f32);
  p.scale = 0.125;
  Sample sample(p);
  sample.set(&Tensors::q, {1e19});
  sample.set(&Tensors::segment_k, {1, 3e19});
  EXPECT_EQ(sample.attend().out_of_domain, "");
  sample.set(&Tensors::segment_k, {1, 5e19});
  EXPECT_NE(sample.attend().out_of_domain.find("scale * sum|q||k|"), std::string::npos);
}

TEST(Domain, TheBiasCounts) {
  Problem p = typed(Type::f16);
  p.bias = {.kind = BiasKind::alibi, .slopes = Slopes::per_head};
  Sample sample(p);
  sample.set(&Tensors::slopes, {65000});
  EXPECT_EQ(sample.attend().out_of_domain, "");
  sample.set(&Tensors::slopes, {70000});
  EXPECT_NE(sample.attend().out_of_domain, "");
}

TEST(Domain, ColumnsTimesTheLargestValueMustBeFinite) {
  Sample sample(typed(Type::f16));
  sample.set(&Tensors::segment_v, {30000, -30000});
  EXPECT_EQ(sample.attend().out_of_domain, "");
  sample.set(&Tensors::segment_v, {0, -33000});
  EXPECT_NE(sample.attend().out_of_domain.find("columns * |v| of column 1"), std::string::npos);
}

TEST(Domain, WhatNobodySeesMayBeAsLargeAsItsTypeHolds) {
  Problem p = typed(Type::f16);
  Sample sample(p);
  sample.set(&Tensors::segment_k, {1, 65504});
  sample.set(&Tensors::segment_v, {1, 65504});
  EXPECT_NE(sample.attend().out_of_domain, "");
  sample.add(&Tensors::attention_mask, Type::u8, {1, 1, 1, 2}, {1, 0});
  EXPECT_EQ(sample.attend().out_of_domain, "");
}

TEST(Domain, OnlyVisiblePairsCount) {
  Problem p = typed(Type::f16, 2, 2);
  p.causal = true;
  Sample sample(p);
  sample.set(&Tensors::q, {300, 1});
  sample.set(&Tensors::segment_k, {1, 300});  // their product is hidden from the first row
  EXPECT_EQ(sample.attend().out_of_domain, "");
  sample.set(&Tensors::q, {1, 300});
  EXPECT_NE(sample.attend().out_of_domain, "");
}

TEST(Domain, NaNMayStandOnlyWhereRuleOneHides) {
  for (Tensor Tensors::* member : {&Tensors::segment_k, &Tensors::segment_v}) {
    for (const double bad : {nan, infinity}) {
      Sample sample(typed(Type::f32));
      sample.set(member, {1, bad});
      EXPECT_EQ(sample.attend().out_of_domain.substr(0, 46), "column 1 holds a key or value that is not fini");
      sample.add(&Tensors::attention_mask, Type::u8, {1, 1, 1, 2}, {1, 0});
      EXPECT_NE(sample.attend().out_of_domain, "");
      sample.add(&Tensors::key_mask, Type::u8, {1, 2}, {1, 0});
      EXPECT_EQ(sample.attend().out_of_domain, "");
    }
  }
  Sample sample(typed(Type::f32));
  sample.set(&Tensors::q, {nan});
  EXPECT_NE(sample.attend().out_of_domain, "");
}

TEST(Domain, BiasAndSinkMustBeNumbers) {
  Problem p = typed(Type::f32);
  p.sink = true;
  p.bias = {.kind = BiasKind::alibi, .slopes = Slopes::per_head};
  Sample sample(p);
  for (const double good : {-infinity, 1e38}) {
    sample.set(&Tensors::sinks, {good});
    EXPECT_EQ(sample.attend().out_of_domain, "");
  }
  for (const double bad : {nan, infinity}) {
    sample.set(&Tensors::sinks, {bad});
    EXPECT_NE(sample.attend().out_of_domain.find("the sink is"), std::string::npos);
  }
  sample.set(&Tensors::sinks, {0});
  sample.set(&Tensors::slopes, {nan});
  EXPECT_NE(sample.attend().out_of_domain, "");
}

TEST(Domain, XposFactorsMustBeNormalNumbers) {
  Problem p = typed(Type::f32, 1, 400);
  p.head_dim = 4;
  p.rotary.dims = 4;
  p.rotary.xpos = {.on = true, .scale_base = 8};
  EXPECT_EQ(Sample(p).attend().out_of_domain, "");  // (0.4/1.4)^-50 = 1.6e27
  p.rotary.xpos.scale_base = 4;
  EXPECT_NE(Sample(p).attend().out_of_domain, "");
  Attention result = Sample(p).attend();
  const Sample plain(typed(Type::f32));
  attend(plain.problem, plain.tensors, result);
  EXPECT_EQ(result.out_of_domain, "");  // nothing is left of an earlier call's factors
  p.type = Type::f64;
  EXPECT_EQ(Sample(p).attend().out_of_domain, "");
}

}  // namespace
}  // namespace boresight::reference
