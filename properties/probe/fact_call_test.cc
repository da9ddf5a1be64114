// What a call of a fact tells at the ends, where a weight is all of its row or nothing of it.
#include "properties/probe/fact_call.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "problem/token.h"
#include "properties/probe/facts.h"
#include "properties/probe/kernel_on_queries_for_tests.h"

namespace boresight::properties::probe {
namespace {

Fact scale_of(float factor) {
  const Case c = *parse_token("bs1 b1 h1 d8 n3 s5");
  const Kernel kernel = kernel_on_queries([&](std::vector<float>& row) {
    for (float& x : row) x *= factor;
  });
  for (Fact& fact : facts(c, kernel, plumb(c, kernel)))
    if (fact.name == "scale of q.k") return fact;
  return {};
}

TEST(FactCall, AWeightThatIsAllOfItsRowDeparts) {
  const Fact fact = scale_of(1000);
  EXPECT_TRUE(fact.departs) << fact.got;
  EXPECT_EQ(fact.got, "q.k = 5.657 lifts a score by inf");
}

TEST(FactCall, AWeightThatIsNothingOfItsRowDeparts) {
  const Fact fact = scale_of(-1000);
  EXPECT_TRUE(fact.departs) << fact.got;
  EXPECT_EQ(fact.got, "q.k = 5.657 lifts a score by -inf");
}

TEST(FactCall, TheRightScaleDoesNot) { EXPECT_FALSE(scale_of(1).departs); }

}  // namespace
}  // namespace boresight::properties::probe
