// Every law by RapidCheck on every available kernel: random cases, shrunk to the smallest that fails, told as a token.
// Cases come from RC_PARAMS (seed, max_success) as usual.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/draw/rapid.h"
#include "properties/laws/law.h"

namespace boresight {

void showValue(const Case& a_case, std::ostream& os) { os << token(a_case); }

namespace properties {
namespace {

class EveryLaw : public testing::TestWithParam<Law> {};

TEST_P(EveryLaw, HoldsForEveryAvailableKernel) {
  const Law& law = GetParam();
  for (const Kernel& kernel : registered_kernels()) {
    if (!kernel.unavailable.empty()) continue;
    int evidence = 0;
    const bool held = rc::check(std::string(law.name) + " on " + kernel.name, [&] {
      Case drawn = *cases(law.prepare);
      drawn.law = law.name;
      drawn.kernel = kernel.name;
      const Verdict verdict = law.judge(drawn, kernel);
      if (verdict.outcome == Outcome::passed) ++evidence;
      if (verdict.outcome == Outcome::failed) RC_FAIL(verdict.why + "\nboresight replay '" + token(drawn) + "'");
    });
    EXPECT_TRUE(held);
    EXPECT_GT(evidence, 0) << "no case judged " << kernel.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Laws, EveryLaw, testing::ValuesIn(laws()),
                         [](const testing::TestParamInfo<Law>& law) { return std::string(law.param.name); });

TEST(Laws, HaveNamesThatFindThem) {
  ASSERT_FALSE(laws().empty());
  for (const Law& law : laws()) EXPECT_EQ(find_law(law.name), &law);
  EXPECT_EQ(find_law("no_such_law"), nullptr);
}

}  // namespace
}  // namespace properties
}  // namespace boresight
