#include "problem/nearest.h"

#include <gtest/gtest.h>

namespace boresight {
namespace {

TEST(EditDistance, CountsEachKindOfChange) {
  EXPECT_EQ(edit_distance("causal", "causal"), 0);
  EXPECT_EQ(edit_distance("casual", "causal"), 2);  // neighbours swapped
  EXPECT_EQ(edit_distance("caual", "causal"), 2);
  EXPECT_EQ(edit_distance("causall", "causal"), 2);
  EXPECT_EQ(edit_distance("cauzal", "causal"), 2);
  EXPECT_EQ(edit_distance("m5", "M5"), 1);
  EXPECT_EQ(edit_distance("", "sink"), 8);
}

TEST(Nearest, GivesTheClosestAndNothingWhereNoneIsClose) {
  constexpr std::string_view candidates[] = {"causal", "sink", "scale"};
  EXPECT_EQ(nearest("casual", candidates), "causal");
  EXPECT_EQ(nearest("scle", candidates), "scale");
  EXPECT_EQ(nearest("zzzz", candidates), "");
  EXPECT_EQ(nearest("", candidates), "");
}

}  // namespace
}  // namespace boresight
