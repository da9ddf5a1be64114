// What comes in over the C interface as an arithmetic can be one.
#include "strangers/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

namespace boresight::strangers {
namespace {

TEST(Convert, PlainArithmeticIsTakenBackAsItWas) {
  Problem problem;
  problem.head_dim = 8;
  problem.segment = 5;
  const Result<Arithmetic> taken = from_c(plain_arithmetic(problem));
  ASSERT_TRUE(taken);
  Arithmetic expected;
  expected.dot_chain = 8, expected.value_chain = 7, expected.rescales = 6;
  EXPECT_EQ(*taken, expected);
}

TEST(Convert, APromiseThatIsNoneIsToldByItsField) {
  using Change = std::function<void(boresight_arithmetic&)>;
  const std::pair<const char*, Change> wrong[] = {
      {"exp_error is nan", [](auto& a) { a.exp_error = std::nan(""); }},
      {"accumulator_roundoff is -1", [](auto& a) { a.accumulator_roundoff = -1; }},
      {"angle_error is inf", [](auto& a) { a.angle_error = INFINITY; }},
      {"dot_chain is -1", [](auto& a) { a.dot_chain = -1; }},
      {"weights is 4", [](auto& a) { a.weights = 4; }},
      {"merge is 2", [](auto& a) { a.merge = 2; }},
      {"exp_argument_roundings is 17", [](auto& a) { a.exp_argument_roundings = 17; }},
  };
  for (const auto& [words, change] : wrong) {
    boresight_arithmetic declared = plain_arithmetic({});
    change(declared);
    const Result<Arithmetic> taken = from_c(declared);
    ASSERT_FALSE(taken) << words;
    EXPECT_EQ(taken.error().what, words);
  }
}

}  // namespace
}  // namespace boresight::strangers
