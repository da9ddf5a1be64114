// Lint as a whole: Boresight catches every reading that can show, weak tests let known ones through, no right kernel and no
// equivalent one is refused; and the eager attention that rules measure by errs as its type does.
#include "properties/lint/lint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "properties/laws/law.h"
#include "properties/lint/matrix.h"
#include "properties/lint/report.h"
#include "properties/prepared.h"
#include "properties/steering.h"

namespace boresight::properties::lint {
namespace {

constexpr int threads = 2;

const std::vector<Subject>& all_subjects() {
  static const std::vector<Subject> subjects = [] {
    std::vector<Subject> all = reading_subjects("*", 1, threads);
    for (Subject& other : other_subjects()) all.push_back(std::move(other));
    return all;
  }();
  return subjects;
}

bool can_show(const Subject& subject) { return subject.features.found && !subject.equivalent; }

Setting test(const char* rule, const char* inputs, const char* sizes, Type type = Type::f16) {
  Setting setting;
  setting.rule = parse_rule(rule).value();
  setting.inputs = parse_recipe(inputs).value();
  setting.sizes = parse_sizes(sizes).value();
  setting.type = type;
  setting.head_dim = 16;
  return setting;
}

TEST(Lint, EveryReadingHasFeaturesThatShowItOrAReasonWhyNot) {
  std::size_t found = 0;
  for (const Subject& subject : all_subjects()) {
    found += subject.features.found ? 1 : 0;
    EXPECT_TRUE(subject.features.found || *subject.reading->equivalent != 0) << subject.id;
  }
  EXPECT_GT(10 * found, 9 * all_subjects().size());
}

TEST(Lint, BoresightCatchesEveryOneThatCanShow) {
  const std::vector<CaughtAt> cases = cases_until_caught(all_subjects(), own_cases_most, threads);
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const Subject& subject = all_subjects()[k];
    if (can_show(subject)) {
      EXPECT_TRUE(cases[k]) << subject.id;
    }
  }
}

TEST(Lint, OwnCasesAreTheCampaignsAndStopAtTheLimit) {
  const std::vector<Law> agreement_alone{agreement()};
  const std::vector<Subject> subjects = reading_subjects("sink-ignored,xpos-inverse-missing", 1, threads);
  const std::vector<CaughtAt> at = cases_until_caught(subjects, own_cases_most, threads);
  for (std::size_t k = 0; k < subjects.size(); ++k) {
    ASSERT_TRUE(at[k]) << subjects[k].id;
    std::size_t sooner = 0, just_then = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      for (std::int64_t number = 1; number <= *at[k]; ++number)
        if (agreement().judge(campaign_case(seed, number, agreement_alone), kernel(subjects[k])).outcome == Outcome::failed) {
          ++(number < *at[k] ? sooner : just_then);
          break;
        }
    EXPECT_GE(just_then, 1u) << subjects[k].id;
    EXPECT_LE(sooner, 1u) << subjects[k].id;
    EXPECT_GE(sooner + just_then, 2u) << subjects[k].id;
    EXPECT_FALSE(cases_until_caught({subjects[k]}, *at[k] - 1, 1).front()) << subjects[k].id;
    EXPECT_EQ(cases_until_caught({subjects[k]}, *at[k], 1).front(), at[k]) << subjects[k].id;
  }
}

TEST(Lint, WhatBoresightMissesIsAHoleOfItsOwnColumn) {
  MatrixPlan plan{.sizes = "9x16", .readings = "sink-ignored,softcap-ignored", .cases = 1};
  const std::string page = matrix_page(plan);
  EXPECT_NE(page.find("| Boresight, up to 1 cases of its own | | **0 of 2** |"), std::string::npos) << page;
  EXPECT_NE(page.find("Boresight doesn't catch in 1 cases: `softcap-ignored`, `sink-ignored`."), std::string::npos) << page;
  EXPECT_NE(page.find("let it through, Boresight's own cases: not in 1\n"), std::string::npos) << page;
  EXPECT_NE(page.find("at 9x16 (queries x keys)"), std::string::npos) << page;
}

TEST(Lint, TheBoundCatchesWhatAToleranceLetsThrough) {
  const std::vector<Judged> judged = judge(
      {test("allclose(1e-2,1e-2)", "rand", "32x256"), test("certified", "normal", "17x40", Type::f32)}, all_subjects(), threads);
  std::set<std::string> through;
  std::size_t caught = 0, all = 0;
  for (std::size_t k = 0; k < all_subjects().size(); ++k) {
    const Subject& subject = all_subjects()[k];
    if (!judged[0].caught(k)) through.insert(subject.id);
    all += can_show(subject) ? 1 : 0;
    caught += can_show(subject) && judged[1].caught(k) ? 1 : 0;
  }
  for (const char* known : {"causal-sees-one-future-key", "window-one-too-wide", "sink-ignored", "the-mean-of-all-values"})
    EXPECT_TRUE(through.contains(known)) << known;
  EXPECT_FALSE(through.contains("nan-everywhere"));
  EXPECT_GT(10 * caught, 9 * all) << "few need far positions, or scores that short rows of normal values don't have";
  EXPECT_LT(through.size(), all_subjects().size() / 2);
}

TEST(Lint, NoSuiteRefusesARightKernelOrAnEquivalentOne) {
  std::vector<Setting> settings;
  for (const Suite& suite : suites()) settings.push_back(setting(suite, 1, parse_sizes("17x40").value()));
  std::vector<Subject> equivalent;
  for (const Subject& subject : all_subjects())
    if (subject.equivalent) equivalent.push_back(subject);
  ASSERT_EQ(equivalent.size(), 1u);
  const std::vector<Judged> judged = judge(settings, equivalent, threads);
  for (std::size_t s = 0; s < settings.size(); ++s) {
    EXPECT_TRUE(judged[s].closest(0).judged) << settings[s].suite;
    EXPECT_FALSE(judged[s].caught(0)) << settings[s].suite;
    EXPECT_GT(judged[s].honest.problems, 0) << settings[s].suite;
    EXPECT_EQ(judged[s].honest.refused, 0) << settings[s].suite;
  }
}

TEST(Lint, ARuleThatRefusesRightKernelsDoesNotHold) {
  std::vector<Subject> one = reading_subjects("causal-ignored", 1, 1);
  const Report report = lint(test("max_abs(0)", "normal", "8x16"), one, 1);
  EXPECT_EQ(report.through, 0u);
  EXPECT_GT(report.judged.honest.refused, 0);
  EXPECT_EQ(report.conclusion(), Conclusion::failed);
  EXPECT_NE(words(report).find("TOO TIGHT"), std::string::npos);
}

TEST(Lint, WithNothingJudgedIsUntested) {
  std::vector<Subject> out_of_domain = reading_subjects("forget-gate-index-without-memories", 1, 1);
  const Report report = lint(test("finite", "normal", "64x4"), out_of_domain, 1);
  EXPECT_EQ(report.conclusion(), Conclusion::untested);
  EXPECT_NE(words(report).find("UNTESTED: no mistake was judged"), std::string::npos) << words(report);
  std::vector<Subject> never_shown = reading_subjects("sink-ignored", 1, 1);
  never_shown.front().features.found = false;
  const Report empty = lint(test("finite", "normal", "8x16"), never_shown, 1);
  EXPECT_EQ(empty.conclusion(), Conclusion::untested);
  EXPECT_NE(words(empty).find("no drawn case shows them:\n  sink-ignored\n"), std::string::npos) << words(empty);
}

TEST(Lint, ALongerSuggestionIsGivenOnlyWhereItCatchesMore) {
  const Report one_will_do = lint(test("allclose(1e-2,1e-2)", "rand", "32x256"), reading_subjects("sink-ignored", 1, 1), 1);
  ASSERT_EQ(one_will_do.through, 1u);
  ASSERT_FALSE(one_will_do.advice.empty());
  for (const Advice& one : one_will_do.advice) EXPECT_EQ(one.change.rfind(" --"), std::string::npos) << one.change;
  EXPECT_NE(words(one_will_do).find("\nin place of this test's own:\n  --"), std::string::npos) << words(one_will_do);
  const Report all_needed = lint(test("finite", "normal", "8x4096"), reading_subjects("sink-ignored", 1, 1), 1);
  ASSERT_EQ(all_needed.advice.size(), 1u);
  EXPECT_EQ(all_needed.advice.front().change, "--sizes 17x40 --type f32 --rule certified");
}

TEST(Lint, ProgressBeginsAtNothingAndEndsAtAll) {
  std::vector<std::size_t> done;
  std::size_t all_problems = 0;
  judge({test("finite", "normal", "8x16")}, reading_subjects("causal-*", 1, 1), 1, [&](std::size_t now, std::size_t all) {
    done.push_back(now);
    all_problems = all;
  });
  ASSERT_GT(all_problems, 1u);
  ASSERT_EQ(done.size(), all_problems + 1);
  for (std::size_t k = 0; k < done.size(); ++k) EXPECT_EQ(done[k], k);
}

TEST(Lint, IsTheSameOnAnyNumberOfThreads) {
  std::vector<Report> reports;
  for (const int count : {1, 3})
    reports.push_back(lint(test("allclose(1e-2,1e-2)", "rand", "16x64"), reading_subjects("window-*", 1, count), count));
  EXPECT_GT(reports[0].through, 0u);
  EXPECT_EQ(json(reports[0], ""), json(reports[1], ""));
}

TEST(Lint, MemoriesAreAQuarterOfTheKeysAndPersistentColumnsFour) {
  Features features = no_features();
  features.a_case.problem.memories = features.a_case.problem.mem_kv = 1;
  features.a_case.problem.window = {3, 0};
  const Problem p = sized(features, {64, 512}, Type::bf16, 32, 1).problem;
  EXPECT_EQ(p.queries, 64);
  EXPECT_EQ(p.memories, 128);
  EXPECT_EQ(p.segment, 384);
  EXPECT_EQ(p.mem_kv, 4);
  EXPECT_EQ(p.window, (Window{128, 16}));
  EXPECT_EQ(p.head_dim, 32);
  EXPECT_TRUE(validate(p));
}

TEST(Lint, SizesThatCannotBeReadAreToldTheRightForm) {
  EXPECT_EQ(parse_sizes("64x512,3x9")->size(), 2u);
  EXPECT_EQ(parse_sizes(" 64x512, 3x9 ").value(), parse_sizes("64x512,3x9").value());
  for (const char* sizes : {"", "64", "64x", "x512", "0x9", "64x512,", "64x512x3", "5000x5000"})
    EXPECT_NE(parse_sizes(sizes).error().text().find("write QUERIESxKEYS"), std::string::npos) << sizes;
}

// Largest error of eager attention on normal inputs of the type, by the truth.
double eager_error(Type type) {
  const Features features = reading_subjects("softcap-ignored", 1, 1).front().features;
  const Prepared prepared = prepare(sized(features, {16, 48}, type, 16, 3));
  const reference::Attention truth = reference::attend(prepared.call.problem, prepared.call.tensors);
  const Eager got = eager(prepared.call.problem, prepared.call.tensors, truth);
  double most = 0;
  std::size_t at = 0;
  for (const reference::Head& head : truth.heads)
    for (reference::Index k = 0; k < head.out.size(); ++k) most = std::max(most, std::abs(got.out[at++] - head.out.data()[k]));
  EXPECT_EQ(at, got.out.size());
  return most;
}

TEST(Lint, EagerAttentionErrsAsItsTypeDoes) {
  EXPECT_LT(eager_error(Type::f32), 1e-5);
  EXPECT_GT(eager_error(Type::f16), 1e-4);
  EXPECT_LT(eager_error(Type::f16), 1e-2);
  EXPECT_GT(eager_error(Type::bf16), 4 * eager_error(Type::f16));
}

TEST(LintSuites, HaveNamesOfTheirOwnAndCanBeRead) {
  std::set<std::string> ids;
  for (const Suite& suite : suites()) {
    EXPECT_TRUE(ids.insert(suite.id).second) << suite.id;
    EXPECT_EQ(find_suite(suite.id), &suite);
    EXPECT_TRUE(parse_rule(suite.rule)) << suite.id;
    EXPECT_TRUE(parse_recipe(suite.inputs)) << suite.id;
    EXPECT_TRUE(parse_sizes(suite.sizes)) << suite.id;
    EXPECT_EQ(setting(suite, 1).trials, suite.trials);
  }
  EXPECT_EQ(find_suite("nonesuch"), nullptr);
}

}  // namespace
}  // namespace boresight::properties::lint
