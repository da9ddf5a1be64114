// The field is one, and 7^x is an exponential on it.
#include "properties/proofs/field/field.h"

#include <gtest/gtest.h>

namespace boresight::field {
namespace {

constexpr std::uint64_t order = prime - 1;

TEST(Field, SevenGeneratesSoThatNoTwoScoresShareAWeight) {
  for (const std::uint64_t divisor : {2, 3, 7, 11, 31, 151, 331}) {
    ASSERT_EQ(order % divisor, 0u);
    EXPECT_NE(power({7}, order / divisor), Weight{1}) << divisor;
  }
  EXPECT_EQ(power({7}, order), Weight{1});
}

TEST(Field, ExponentialIsThePowerThatItsTablesStandFor) {
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const std::uint64_t exponent = mix(index + 1) % order;
    ASSERT_EQ(exponential({std::uint32_t(exponent)}), power({7}, exponent));
  }
  EXPECT_EQ(exponential(score_of(std::int64_t(order) - 1)), power({7}, order - 1));
}

TEST(Field, SumsOfScoresAreProductsOfWeights) {
  for (std::int64_t number :
       {std::int64_t{-5}, std::int64_t{0}, std::int64_t{3}, std::int64_t(order) - 1, -std::int64_t(prime)}) {
    const Score a = score_of(number), b = score_of(12345);
    EXPECT_EQ(exponential(a + b), exponential(a) * exponential(b));
    EXPECT_EQ(Field::exp_difference(a, b) * exponential(b), exponential(a));
  }
}

TEST(Field, WhatIsDividedByZeroIsUndefinedForGood) {
  EXPECT_EQ(Field::quotient({5}, {0}), undefined);
  EXPECT_EQ(undefined * Weight{0}, undefined);
  EXPECT_EQ(Weight{1} + undefined, undefined);
  EXPECT_EQ(Field::quotient({6}, {3}), Weight{2});
}

TEST(Field, TheReferenceWandersOverBothScoresAndOthers) {
  int first = 0, second = 0, other = 0;
  for (std::int64_t number = 0; number < 300; ++number) {
    const Score a = score_of(number), b = score_of(number + 1000), chosen = Field::larger(a, b);
    ++(chosen == a ? first : chosen == b ? second : other);
  }
  EXPECT_GT(first, 50);
  EXPECT_GT(second, 50);
  EXPECT_GT(other, 50);
}

}  // namespace
}  // namespace boresight::field
