// The comparison itself: positive form, NaN first, infinities only where they belong.
#include "properties/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace boresight::properties {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(ErrorOverBound, IsAFractionOfTheBound) {
  EXPECT_EQ(error_over_bound(1.5, 1.0, 1.0), 0.5);
  EXPECT_EQ(error_over_bound(1.0, 1.5, 0.25), 2.0);
}

TEST(ErrorOverBound, IsZeroWhereEqualEvenWithoutABound) {
  EXPECT_EQ(error_over_bound(0, 0, 0), 0);
  EXPECT_EQ(error_over_bound(-infinity, -infinity, 0), 0);
}

TEST(ErrorOverBound, IsInfiniteForNaNWhateverTheBound) {
  EXPECT_EQ(error_over_bound(std::nan(""), 1, infinity), infinity);
  EXPECT_EQ(error_over_bound(1, std::nan(""), 1), infinity);
  EXPECT_EQ(error_over_bound(1, 1.5, std::nan("")), infinity);
}

TEST(ErrorOverBound, IsInfiniteForAnInfinityThatShouldNotBe) {
  EXPECT_EQ(error_over_bound(infinity, 1, 1), infinity);
  EXPECT_EQ(error_over_bound(infinity, -infinity, infinity), infinity);
}

TEST(ErrorOverBound, AllowsNothingWhereTheBoundIsZero) { EXPECT_EQ(error_over_bound(1e-300, 0, 0), infinity); }

}  // namespace
}  // namespace boresight::properties
