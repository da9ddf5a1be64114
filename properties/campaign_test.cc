// The campaign: one report for one seed, whatever the threads; failures found, shrunk to little, and told with a token.
#include "properties/campaign.h"
#include "properties/steering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

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
  const std::string one = json(run(plan(1, 600)));
  EXPECT_EQ(one, json(run(plan(2, 600))));
  EXPECT_EQ(one, json(run(plan(3, 600))));
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

// The cases that a kernel was judged on, or could have been.
std::int64_t cases_of(const Report& report, const std::string& kernel) {
  std::int64_t cases = 0;
  for (const auto& [law, evidence] : report.evidence.at(kernel))
    cases += evidence.passed + evidence.failed + evidence.skipped + evidence.mistrusted;
  return cases;
}

TEST(Campaign, TriesEmulatedKernelsInTheFirstRoundsAndThenInOneOfEight) {
  Kernel emulated = registered_kernels().front();
  emulated.name = "emulated";
  emulated.instruction_set = "host";
  Plan beside = plan(2, 24);
  beside.laws = {laws().front()};  // a round is a case
  beside.kernels = {registered_kernels().front(), emulated};
  const Report report = run(beside);
  EXPECT_EQ(cases_of(report, beside.kernels[0].name), 24);
  EXPECT_EQ(cases_of(report, "emulated"), 8 + 2);  // rounds 0 to 7, 8 and 16
  beside.kernels = {emulated};
  EXPECT_EQ(cases_of(run(beside), "emulated"), 24);
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

TEST(Shards, JudgeTheCasesOfTheWholeEachOnceAndMeetEveryLaw) {
  for (const std::int64_t laws : {1, 3, 7})
    for (const std::int64_t shards : {1, 2, 5})
      for (const std::int64_t cases : {0, 1, 20, 34, 35, 36, 300}) {
        std::vector<std::int64_t> numbers;
        for (std::int64_t index = 1; index <= shards; ++index) {
          const Shard shard{index, shards};
          std::set<std::int64_t> met;
          for (std::int64_t k = 0; k < shard_cases(shard, laws, cases); ++k) {
            numbers.push_back(shard_number(shard, laws, k));
            met.insert((numbers.back() - 1) % laws);
          }
          EXPECT_TRUE(std::int64_t(met.size()) == laws || cases < laws * shards);
        }
        std::sort(numbers.begin(), numbers.end());
        std::vector<std::int64_t> whole(std::size_t(cases), 0);
        std::iota(whole.begin(), whole.end(), 1);
        EXPECT_EQ(numbers, whole) << laws << " laws, " << shards << " shards";
      }
}

TEST(Shards, AreReadStrictly) {
  ASSERT_TRUE(parse_shard("2/3"));
  EXPECT_EQ(parse_shard("2/3")->index, 2);
  EXPECT_EQ(parse_shard("2/3")->count, 3);
  for (const char* bad :
       {"", "2", "2/", "/3", "0/3", "4/3", "-1/3", "1/65537", "1/3x", "1/3/5", "1 /3", "99999999999999999999/3"})
    EXPECT_FALSE(parse_shard(bad)) << bad;
}

TEST(Shards, TellTheSameEvidenceTogether) {
  Plan whole = plan(2, 700);
  whole.kernels.pop_back();  // the honest one: after a failure each shard stops by itself
  const Report all = run(whole);
  std::map<std::string, std::int64_t> judged;
  for (const std::int64_t index : {1, 2, 3}) {
    whole.shard = {index, 3};
    const Report part = run(whole);
    EXPECT_EQ(part.cases, 700);
    EXPECT_NE(words(part, {"boresight"}).find(" --shard " + std::to_string(index) + "/3"), std::string::npos);
    for (const auto& [law, evidence] : part.evidence.begin()->second) judged[law] += evidence.judged();
  }
  for (const auto& [law, evidence] : all.evidence.begin()->second) EXPECT_EQ(judged[law], evidence.judged()) << law;
}

TEST(Junit, EscapesWhatXmlReserves) {
  Report report;
  report.laws = {"causal"};
  report.unavailable = {{"strange<&>", "avx\"3\"", "it's not\x01there"}};
  const std::string xml = junit(report, {"boresight"});
  EXPECT_NE(xml.find("strange&lt;&amp;&gt;"), std::string::npos) << xml;
  EXPECT_NE(xml.find("avx&quot;3&quot;"), std::string::npos) << xml;
  EXPECT_NE(xml.find("it&apos;s not?there"), std::string::npos) << xml;
}

TEST(Terminal, MakesRoomForTheLongestKernelName) {
  Report report;
  report.evidence["simd/flash@avx3_bf16"]["causal"].passed = 1;
  report.evidence["scalar"]["causal"].passed = 1;
  const std::string text = words(report, {"boresight"}, Rows::each);
  EXPECT_NE(text.find("\nsimd/flash@avx3_bf16 causal "), std::string::npos) << text;
  EXPECT_NE(text.find("\nscalar               causal "), std::string::npos) << text;
}

TEST(Terminal, SumsUpManyKernelsAndOverlooksNoFailure) {
  Report report;
  report.evidence["simd/flash@avx3"]["causal"].passed = 3;
  report.evidence["scalar"]["causal"].passed = 1;
  report.evidence["scalar"]["threads"].failed = 1;
  const std::string text = words(report, {"boresight"});
  EXPECT_NE(text.find("\nscalar          all 2 laws "), std::string::npos) << text;
  EXPECT_NE(text.find("\nall             causal                                  4 "), std::string::npos) << text;
  EXPECT_NE(text.find("\nscalar          threads                                 1        0          0       FAILED"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("\nscalar          causal "), std::string::npos) << text;
}

TEST(Glob, AKernelWithoutItsInstructionSetIsAllOfThem) {
  EXPECT_TRUE(matches_kernel("simd/flash", "simd/flash@avx3"));
  EXPECT_TRUE(matches_kernel("scalar,simd/fl*", "simd/flash@avx2"));
  EXPECT_TRUE(matches_kernel("simd/flash@avx3", "simd/flash@avx3"));
  EXPECT_TRUE(matches_kernel("simd/*@avx?", "simd/flash@avx3"));
  EXPECT_TRUE(matches_kernel("scalar", "scalar"));
  EXPECT_FALSE(matches_kernel("simd/flash@avx3", "simd/flash@avx2"));
  EXPECT_FALSE(matches_kernel("simd/flas", "simd/flash@avx2"));
  EXPECT_FALSE(matches_kernel("simd/flash@", "simd/flash@avx2"));
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
