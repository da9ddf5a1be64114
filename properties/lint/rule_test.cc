// Each rule by hand-made numbers, accepted and refused, NaN among them; and rules that can't be read.
#include "properties/lint/rule.h"

#include <gtest/gtest.h>

#include <limits>

namespace boresight::properties::lint {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

struct Numbers {
  std::vector<double> got, ref, eager, weighed, bound;
  Type type = Type::f16;
  std::int64_t keys = 7;
};

bool accepted(const char* rule, const Numbers& n) {
  const Result<Rule> parsed = parse_rule(rule);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
  return accepts(*parsed, {n.got, n.ref, n.eager, n.weighed, n.bound, n.type, n.keys});
}

std::string complaint(const char* rule) {
  const Result<Rule> parsed = parse_rule(rule);
  return parsed ? "" : parsed.error().text();
}

TEST(LintRules, AllcloseAddsBothTolerances) {
  EXPECT_TRUE(accepted("allclose(0.1,0.5)", {.got = {10.9, -10.9}, .ref = {10, -10}}));  // 0.9 <= 0.5 + 1
  EXPECT_FALSE(accepted("allclose(0.1,0.5)", {.got = {11.6, -10}, .ref = {10, -10}}));   // 1.6 > 1.5
  EXPECT_FALSE(accepted("isclose(0.1,0)", {.got = {0.01}, .ref = {0}}));
}

TEST(LintRules, MaxAbsIsTheLargestError) {
  EXPECT_TRUE(accepted("max_abs(0.25)", {.got = {1.25, 2}, .ref = {1, 2}}));
  EXPECT_FALSE(accepted("max_abs(0.25)", {.got = {1, 2.5}, .ref = {1, 2}}));
  EXPECT_TRUE(accepted("max_abs(0)", {.got = {1}, .ref = {1}}));
}

TEST(LintRules, AbsAndRelFailsOnlyWhereBothAreExceeded) {
  EXPECT_TRUE(accepted("abs_and_rel(0.01,0.01)", {.got = {100.5, 0.005}, .ref = {100, 0}}));  // small of one kind each
  EXPECT_FALSE(accepted("abs_and_rel(0.01,0.01)", {.got = {1.5}, .ref = {1}}));
}

TEST(LintRules, NmseIsRelativeToTheWholeOfTheReference) {
  EXPECT_TRUE(accepted("nmse(5e-4)", {.got = {10.02, 1}, .ref = {10, 0.9}}));  // (4e-4 + 1e-2) / 100.81
  EXPECT_FALSE(accepted("nmse(5e-4)", {.got = {10.3, 1}, .ref = {10, 1}}));    // 9e-2 / 101
}

TEST(LintRules, EagerMaxIsMeasuredByTheEagerError) {
  EXPECT_TRUE(accepted("eager_max(2)", {.got = {1.19, 5}, .ref = {1, 5}, .eager = {1, 5.1}}));
  EXPECT_FALSE(accepted("eager_max(2)", {.got = {1.21, 5}, .ref = {1, 5}, .eager = {1, 5.1}}));
}

TEST(LintRules, EagerMaxWithAShiftAllowsWhatTheTypeLosesOfIt) {
  const double ref = 0x1p-14;  // in f16 0.3 + 2^-14 is 1229 / 4096, and that less 0.3 is 2^-14 - 1.2e-5
  EXPECT_FALSE(accepted("eager_max(2)", {.got = {ref + 2e-5}, .ref = {ref}, .eager = {ref}}));
  EXPECT_TRUE(accepted("eager_max(2,0.3)", {.got = {ref + 2e-5}, .ref = {ref}, .eager = {ref}}));
  EXPECT_FALSE(accepted("eager_max(2,0.3)", {.got = {ref + 3e-5}, .ref = {ref}, .eager = {ref}}));
}

TEST(LintRules, EagerMeanIsOverAllElements) {
  EXPECT_TRUE(accepted("eager_mean(1.1)", {.got = {1.2, 2}, .ref = {1, 2}, .eager = {1.1, 2.1}}));  // one large error, same mean
  EXPECT_FALSE(accepted("eager_mean(1.1)", {.got = {1.3, 2}, .ref = {1, 2}, .eager = {1.1, 2.1}}));
}

TEST(LintRules, EagerAllcloseHasAtLeastTheEagerErrors) {
  EXPECT_TRUE(accepted("eager_allclose(1e-3,1e-3)", {.got = {1.001, 0.5}, .ref = {1, 0.5}, .eager = {1, 0.5}}));
  EXPECT_FALSE(accepted("eager_allclose(1e-3,1e-3)", {.got = {1.1, 0.5}, .ref = {1, 0.5}, .eager = {1, 0.5}}));
  EXPECT_TRUE(accepted("eager_allclose(1e-3,1e-3)", {.got = {1.1, 0.5}, .ref = {1, 0.5}, .eager = {1, 0.45}}));
}

TEST(LintRules, KeysEpsGrowsWithTheKeys) {
  const double relative = 8 * 8 * 0x1p-11;  // 8 * (1 + 7 keys) * eps of f16
  EXPECT_TRUE(accepted("keys_eps(8)", {.got = {1 + 0.9 * relative}, .ref = {1}, .weighed = {1}}));
  EXPECT_FALSE(accepted("keys_eps(8)", {.got = {1 + 1.1 * relative}, .ref = {1}, .weighed = {1}}));
  EXPECT_TRUE(accepted("keys_eps(8)", {.got = {1 + 1.1 * relative}, .ref = {1}, .weighed = {100}}));  // absolutely small
}

TEST(LintRules, CertifiedIsTheBoundOfEachElement) {
  EXPECT_TRUE(accepted("certified", {.got = {1.01, 2}, .ref = {1, 2}, .bound = {0.02, 0}}));
  EXPECT_FALSE(accepted("certified", {.got = {1.01, 2.001}, .ref = {1, 2}, .bound = {0.02, 1e-4}}));
}

TEST(LintRules, RefuseNaNInOneElement) {
  const Numbers numbers{.got = {1, nan}, .ref = {1, 2}, .eager = {1, 2.5}, .weighed = {1, 2}, .bound = {1, 1}};
  for (const char* rule : {"allclose(1,1)", "max_abs(9)", "nmse(9)", "eager_max(9)", "eager_mean(9)", "eager_allclose(9,9)",
                           "keys_eps(9)", "finite", "certified"})
    EXPECT_FALSE(accepted(rule, numbers)) << rule;
}

TEST(LintRules, WrittenAsFailsWhereAboveLetNaNPass) {
  const Numbers numbers{.got = {1, nan}, .ref = {1, 2}};
  EXPECT_TRUE(accepted("not_above(1e-3)", numbers));
  EXPECT_TRUE(accepted("abs_and_rel(1e-3,1e-3)", numbers));
  EXPECT_FALSE(accepted("not_above(1e-3)", {.got = {1.1}, .ref = {1}}));
  EXPECT_FALSE(accepted("finite and not_above(1e-3)", numbers)) << "all rules that are joined must accept";
}

TEST(LintRules, TakeEqualInfinitiesForEqual) {
  EXPECT_TRUE(accepted("allclose(0,0) and finite", {.got = {-infinity}, .ref = {-infinity}}));
  EXPECT_FALSE(accepted("allclose(1,1)", {.got = {infinity}, .ref = {-infinity}}));
}

TEST(LintRules, ThatCannotBeReadAreToldTheRightForm) {
  EXPECT_NE(complaint("allclos(1,1)").find("allclos is unknown; allowed: allclose(RTOL,ATOL)"), std::string::npos);
  for (const char* rule : {"allclose(1e-2)", "allclose(1,2,3)", "allclose(1,x)", "allclose(1,-1)", "allclose(1,inf)",
                           "allclose(1,1", "allclose", "allclose(1,)"})
    EXPECT_NE(complaint(rule).find("write it as allclose(RTOL,ATOL)"), std::string::npos) << rule << ": " << complaint(rule);
  EXPECT_NE(complaint("").find("an empty rule"), std::string::npos);
  EXPECT_NE(complaint("and finite").find("an empty rule"), std::string::npos);
  EXPECT_NE(complaint("finite and and finite").find("an empty rule"), std::string::npos);
  for (const char* rule : {"finite and", "finite and ", "allclose(1e-2,1e-2) and finite and"})
    EXPECT_NE(complaint(rule).find("nothing stands after the last `and`"), std::string::npos) << rule;
  EXPECT_EQ(complaint(" finite and eager_max( 2 , 0.3 ) "), "");
}

}  // namespace
}  // namespace boresight::properties::lint
