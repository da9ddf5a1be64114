// What terms owe, and what they are worth.
#include "properties/proofs/terms.h"

#include <gtest/gtest.h>

#include "properties/proofs/evaluate.h"
#include "properties/proofs/text.h"

namespace boresight::proofs {
namespace {

constexpr std::int64_t int32_most = 2147483647;

struct Terms32 : testing::Test {
  Terms terms;
  Open open{terms};
  Number a = Number::at(terms.variable("a")), b = Number::at(terms.variable("b"));

  Values values(Integer a_value, Integer b_value) const { return evaluate(terms, {a_value, b_value}); }
  // Whether all that is owed is kept.
  bool kept(Integer a_value, Integer b_value) const {
    const Values all = values(a_value, b_value);
    for (const Obligation& owed : terms.obligations())
      if (all[std::size_t(owed.kept)] != Integer(1)) return false;
    return true;
  }
};

TEST_F(Terms32, AddOwesThatTheSumFits) {
  static_cast<void>(a + b);
  EXPECT_EQ(terms.obligations().size(), 1u);
  EXPECT_TRUE(kept(int32_most - 1, 1));
  EXPECT_FALSE(kept(int32_most, 1));
  EXPECT_TRUE(kept(-int32_most, -1));
  EXPECT_FALSE(kept(-int32_most, -2));
}
TEST_F(Terms32, SubtractAndNegateOweThatTheDifferenceFits) {
  static_cast<void>(-a);
  EXPECT_TRUE(kept(-int32_most, 0));
  EXPECT_FALSE(kept(-int32_most - 1, 0));
  static_cast<void>(b - a);
  EXPECT_FALSE(kept(-1, int32_most));
}
TEST_F(Terms32, MultiplyOwesThatTheProductFits) {
  static_cast<void>(a * b);
  EXPECT_TRUE(kept(46340, 46340));
  EXPECT_FALSE(kept(46341, 46341));
}
TEST_F(Terms32, DivideOwesSignsThatMakeItTheFloor) {
  static_cast<void>(a / b);
  EXPECT_TRUE(kept(0, 1));
  EXPECT_FALSE(kept(-1, 1));
  EXPECT_FALSE(kept(1, 0));
  EXPECT_FALSE(kept(1, -1));
}
TEST_F(Terms32, WiderTermsOweLessAndNarrowingOwesThatItFits) {
  const Wide sum = Wide(a) + Wide(b);
  EXPECT_TRUE(kept(int32_most, int32_most));
  static_cast<void>(Number(sum));
  EXPECT_FALSE(kept(int32_most, 1));
  EXPECT_TRUE(kept(int32_most, 0));
}
TEST_F(Terms32, AConstantThatDoesNotFitIsOwed) {
  static_cast<void>(Number(int32_most));
  EXPECT_TRUE(terms.obligations().empty());
  static_cast<void>(Number(int32_most + 1));
  EXPECT_FALSE(kept(0, 0));
}
TEST_F(Terms32, WholesOweNothing) {
  static_cast<void>(-(Whole(a) * Whole(b) + Whole(a) / Whole(b)) - 1);
  EXPECT_TRUE(terms.obligations().empty());
}
TEST_F(Terms32, EvaluationIsExactAndDivisionIsTheFloor) {
  const Whole cube = Whole(a) * Whole(a) * Whole(a), floor = Whole(a) / Whole(b);
  const Values all = values(-(Integer(1) << 40), 3);
  EXPECT_EQ(all[std::size_t(cube.place())], -(Integer(1) << 120));
  EXPECT_EQ(all[std::size_t(floor.place())], -(((Integer(1) << 40) + 2) / 3));
  EXPECT_EQ(values(Integer(1) << 50, 1)[std::size_t(cube.place())], std::nullopt);  // wider than 128 bits
  EXPECT_EQ(values(1, 0)[std::size_t(floor.place())], std::nullopt);
}
TEST_F(Terms32, ComparisonsAndSelectTakeTheirSide) {
  const Number least = select(a <= b && !(a == b), a, b);
  const Truth other = a > b || a != b;
  EXPECT_EQ(values(2, 3)[std::size_t(least.place())], Integer(2));
  EXPECT_EQ(values(4, 3)[std::size_t(least.place())], Integer(3));
  EXPECT_EQ(values(3, 3)[std::size_t(other.place())], Integer(0));
}
TEST_F(Terms32, OneSideMayDecideWhereTheOtherIsWorthNothing) {
  const Whole nothing = Whole(a) / Whole(b);
  const Truth both = Whole(b) > 0 && nothing == 1, either = Whole(b) <= 0 || nothing == 1;
  const Whole chosen = select(Whole(b) > 0, nothing, 7);
  const Values all = values(1, 0);
  EXPECT_EQ(all[std::size_t(both.place())], Integer(0));
  EXPECT_EQ(all[std::size_t(either.place())], Integer(1));
  EXPECT_EQ(all[std::size_t(chosen.place())], Integer(7));
}
TEST_F(Terms32, EqualNodesAreOneAndConstantsAreComputed) {
  EXPECT_EQ((a + b).place(), (a + b).place());
  EXPECT_EQ((Number(2) + Number(3)).place(), Number(5).place());
  EXPECT_EQ(select(Truth(true), a, b).place(), a.place());
  EXPECT_EQ((Truth(true) && a < b).place(), (a < b).place());
}
TEST_F(Terms32, WhatIsBrokenIsToldWithItsValue) {
  static_cast<void>(a - (b + Number(1)));
  EXPECT_EQ(text(terms, terms.obligations().back().result), "a - (b + 1)");
  EXPECT_EQ(broken(terms, terms.obligations().front(), values(0, int32_most)),
            "b + 1 = 2147483647 + 1 = 2147483648 does not fit in 32 bits");
}
// A setting within a setting: numbers are made in the one that was opened last.
TEST_F(Terms32, WhatIsClosedGivesWayToWhatWasOpenBefore) {
  const std::size_t before = terms.nodes().size();
  {
    Terms inner;
    const Open inside(inner);
    static_cast<void>(Whole(123));
    EXPECT_EQ(inner.nodes().size(), 1u);
  }
  EXPECT_EQ(terms.nodes().size(), before);
  static_cast<void>(Whole(123));
  EXPECT_EQ(terms.nodes().size(), before + 1);
}

}  // namespace
}  // namespace boresight::proofs
