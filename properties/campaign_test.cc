// The campaign: one report for one seed, whatever the threads; failures found, shrunk to little, and told with a token.
#include "properties/campaign.h"

#include <gtest/gtest.h>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/draw/simpler.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::properties {
namespace {

// The first registered kernel, with one output element spoilt where persistent columns meet memories.
Kernel spoilt() {
  Kernel kernel = registered_kernels().front();
  kernel.name = "spoilt";
  kernel.run = [run = kernel.run](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    if (p.mem_kv > 0 && p.memories > 0 && p.queries > 0 && p.type == Type::f32) t.out.at<float>(0, 0, 0, 0) += 0.5f;
  };
  return kernel;
}

Plan plan(int threads, std::int64_t cases) {
  Plan result;
  result.kernels = {registered_kernels().front(), spoilt()};
  result.laws = laws();
  result.cases = cases;
  result.seed = 11;
  result.threads = threads;
  return result;
}

TEST(Campaign, ReportsTheSameForAnyNumberOfThreads) {
  const std::string one = json(run(plan(1, 600)), "test");
  EXPECT_EQ(one, json(run(plan(2, 600)), "test"));
  EXPECT_EQ(one, json(run(plan(3, 600)), "test"));
}

TEST(Campaign, FindsASpoiltKernelAndShrinksItsCase) {
  Plan agreement = plan(2, 200);
  agreement.laws = {laws().front()};
  const Report report = run(agreement);
  ASSERT_FALSE(report.findings.empty());
  const Finding& finding = report.findings.front();
  EXPECT_EQ(finding.kernel, "spoilt");
  EXPECT_EQ(finding.smallest.problem.mem_kv, 1);
  EXPECT_EQ(finding.smallest.problem.memories, 1);
  EXPECT_LE(finding.smallest.problem.queries * finding.smallest.problem.columns(), 6);
  const Result<Case> again = parse_token(token(finding.smallest));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(find_law(finding.law)->judge(*again, spoilt()).outcome, Outcome::failed);
}

TEST(Campaign, StopsWhenAsked) {
  const std::atomic<bool> stop{true};
  Plan stopped = plan(1, 600);
  stopped.stop = &stop;
  const Report report = run(stopped);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.cases, 0);
}

TEST(Simpler, GivesValidCasesOfOtherTokensThatParseBack) {
  std::int64_t looked_at = 0;
  for (std::int64_t number = 1; number <= 300; ++number) {
    const Case drawn = drawn_case(5, number, laws()[std::size_t(number) % laws().size()]);
    EXPECT_TRUE(validate(drawn)) << token(drawn);
    for (const Case& candidate : simpler(drawn)) {
      EXPECT_TRUE(validate(candidate));
      EXPECT_NE(token(candidate), token(drawn));
      const Result<Case> parsed = parse_token(token(candidate));
      ASSERT_TRUE(parsed) << token(candidate) << ": " << parsed.error().text();
      EXPECT_EQ(token(*parsed), token(candidate));
      ++looked_at;
    }
  }
  EXPECT_GT(looked_at, 3000);
}

TEST(Simpler, EndsWhateverFails) {
  Case failing = drawn_case(5, 7, laws().front());
  std::int64_t steps = 0;
  for (std::vector<Case> next = simpler(failing); !next.empty(); next = simpler(failing)) {
    failing = next.front();
    ASSERT_LT(++steps, 1000);
  }
  EXPECT_LE(failing.problem.columns(), 1);
}

TEST(Glob, MatchesAsAShellDoes) {
  EXPECT_TRUE(matches("*", "simd/flash"));
  EXPECT_TRUE(matches("simd/*", "simd/flash"));
  EXPECT_TRUE(matches("scalar,simd/f?ash", "simd/flash"));
  EXPECT_FALSE(matches("sim", "simd/flash"));
  EXPECT_FALSE(matches("", "scalar"));
}

}  // namespace
}  // namespace boresight::properties
