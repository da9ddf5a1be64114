// That exhaustion leaves nothing out and counts right, and what it finds: planted readings, and kernels that cheat.
#include "properties/exhaustive.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "problem/inputs.h"
#include "problem/registry.h"
#include "problem/token.h"
#include "properties/exhaustive/layouts.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/power.h"
#include "properties/readings/table.h"

namespace boresight::properties::exhaustive {
namespace {

constexpr const char* build = "this build";

Plan plan_of(std::int64_t bound, std::vector<Kernel> kernels) {
  Plan plan;
  plan.bound = bound;
  plan.kernels = std::move(kernels);
  return plan;
}

const Kernel& honest() { return registered_kernels().front(); }

const readings::Reading& reading(const std::string& id) {
  for (const readings::Reading& one : readings::all_readings())
    if (one.id == id) return one;
  ADD_FAILURE() << "no reading " << id;
  return readings::all_readings().front();
}

Kernel misread(const std::string& id) { return readings::misread_kernel(reading(id)); }

// The honest kernel under another name, and something done before or after.
Kernel named(std::string name, std::function<void(const Problem&, const Tensors&)> after) {
  Kernel kernel = honest();
  kernel.name = std::move(name);
  kernel.run = [run = kernel.run, after](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    after(p, t);
  };
  return kernel;
}

std::string json(const Report& report) { return exhaustive::json(report, "0"); }

// (P, M, S, n, causal, left, right, head map, key mask, memory mask), masks as they lie in the tensors of the call.
using Layout = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, bool, std::int64_t, std::int64_t, HeadMap,
                          std::string, std::string>;

std::string row(const Tensor& mask, std::int64_t b) {
  std::string text;
  for (std::int64_t c = 0; mask && c < mask.shape[1]; ++c) text += mask.at<std::uint8_t>(b, c) != 0 ? '1' : '0';
  return text;
}

TEST(Layouts, AreAsManyAsTheFormulaSays) {
  for (std::int64_t bound = 0; bound <= 4; ++bound) {
    const std::int64_t sizes = bound + 1, masks = 2 * (std::int64_t{1} << bound) - 1;       // sum of 2^M
    const std::int64_t masks_by_size = (bound - 1) * (std::int64_t{1} << (bound + 1)) + 2;  // sum of M 2^M
    const std::int64_t left_and_masks = masks * masks + 2 * masks * masks_by_size;          // sum of (1+M+S) 2^(M+S)
    const std::int64_t right = sizes * (sizes + 1) / 2;                                     // sum of 1+n
    EXPECT_EQ(layout_count(bound), sizes * 2 * 2 * right * left_and_masks) << bound;
  }
  EXPECT_EQ(layout_count(4), 2111100);
}

TEST(Layouts, NoneComesTwice) {
  std::set<Layout> seen;
  for (const Layouts& l : layouts_up_to(2)) {
    const Inputs inputs = make_inputs(*case_of(l, ways().front()));
    for (std::int64_t b = 0; b < l.count(); ++b)
      seen.emplace(l.mem_kv, l.memories, l.segment, l.queries, l.causal, l.window.left, l.window.right, l.head_map,
                   row(inputs.tensors.key_mask, b), row(inputs.tensors.memory_mask, b));
  }
  EXPECT_EQ(std::int64_t(seen.size()), layout_count(2));
  EXPECT_EQ(layout_count(2), 13608);
}

TEST(Layouts, AreValidCasesInEveryWayAndTokensSayThem) {
  for (const Layouts& l : layouts_up_to(2))
    for (const Way& way : ways()) {
      const std::optional<Case> call = case_of(l, way);
      if (!call) continue;
      const Result<Case> parsed = parse_token(token(*call));
      ASSERT_TRUE(parsed) << token(*call);
      ASSERT_EQ(*parsed, canonical(*call));
    }
}

TEST(Layouts, ASequenceAloneHasItsOwnMasks) {
  const Case call = *case_of({1, 2, 2, 1, {}, {}, {}}, ways().front());
  const Inputs together = make_inputs(call);
  for (std::int64_t b = 0; b < call.problem.batch; ++b) {
    const Inputs one = make_inputs(alone(call, b));
    EXPECT_EQ(row(one.tensors.key_mask, 0), row(together.tensors.key_mask, b)) << b;
    EXPECT_EQ(row(one.tensors.memory_mask, 0), row(together.tensors.memory_mask, b)) << b;
  }
}

TEST(Exhaustion, EveryKernelHoldsOnEveryLayout) {
  const Report report = run(plan_of(1, registered_kernels()));
  EXPECT_EQ(report.state.layouts, layout_count(1));
  EXPECT_TRUE(report.findings.empty()) << words(report, {"boresight"}, "");
  for (const std::string& kernel : report.kernels) {
    const Tally& tally = report.state.tallies.at(kernel);
    EXPECT_EQ(tally.layouts, layout_count(1)) << kernel;
    EXPECT_GT(tally.runs, 4 * tally.layouts) << kernel;
    EXPECT_TRUE(tally.skipped.empty()) << kernel;
  }
}

TEST(Exhaustion, TheTrueReadingIsNeverFlagged) {
  EXPECT_TRUE(run(plan_of(2, {readings::misread_kernel("by-the-book", readings::by_the_book)})).findings.empty());
}

// Whether the reading takes some decision otherwise in some call up to the bound.
bool misreads_something(const readings::Reading& one, std::int64_t bound) {
  for (const Layouts& l : layouts_up_to(bound))
    for (const Way& way : ways())
      if (const std::optional<Case> call = case_of(l, way))
        if (readings::applies(one, call->problem)) return true;
  return false;
}

// What goes wrong with large numbers alone.
bool needs_more(const readings::Reading& one) {
  return std::string_view(one.kind) == "precision" || std::string_view(one.kind) == "overflow";
}

Report run_until_found(Plan plan) {
  std::atomic<bool> stop = false;
  plan.stop = &stop;
  plan.progress = [&](const State& now) { stop = !now.found.empty(); };
  return run(plan);
}

TEST(Exhaustion, FindsAndNamesEveryReadingThatSmallLayoutsShow) {
  constexpr std::int64_t bound = 2;
  std::size_t found = 0;
  for (const readings::Reading& one : readings::all_readings()) {
    if (needs_more(one) || !misreads_something(one, bound)) continue;
    const Report report = run_until_found(plan_of(bound, {readings::misread_kernel(one)}));
    EXPECT_FALSE(report.findings.empty()) << one.id << " takes a decision otherwise, and no layout shows it";
    found += report.findings.empty() ? 0 : 1;
    bool named = false;
    for (const Finding& finding : report.findings)
      named = named || finding.diagnosis.reading == one.id || told(finding.diagnosis).find(one.id) != std::string::npos;
    EXPECT_TRUE(named || report.findings.empty()) << one.id << ": " << words(report, {"boresight"}, "");
  }
  EXPECT_GT(found, 80u);
}

TEST(Exhaustion, FindsFromThreeRowsOnWhatNeedsThem) {
  const Report report = run_until_found(plan_of(3, {misread("unsigned-underflow-in-causal-limit")}));
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].diagnosis.reading, "unsigned-underflow-in-causal-limit");
  EXPECT_EQ(report.findings[0].smallest.problem.queries, 3);
}

TEST(Exhaustion, AFindingIsOneSequenceAloneThatReplays) {
  const Kernel kernel = misread("memory-mask-forced-true");
  const Report report = run(plan_of(1, {kernel}));
  ASSERT_FALSE(report.findings.empty());
  const Case& found = report.findings.front().smallest;
  EXPECT_EQ(found.problem.batch, 1);
  const Result<Case> parsed = parse_token(token(found));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(find_law(parsed->law)->judge(*parsed, kernel).outcome, Outcome::failed);
  EXPECT_EQ(find_law(parsed->law)->judge(*parsed, honest()).outcome == Outcome::failed, false);
}

TEST(Exhaustion, OneThatGoesWrongAmongOthersAloneIsFoundAsTheWholeCall) {
  const Kernel kernel = named("mixes-the-batch", [](const Problem& p, const Tensors& t) {
    if (p.batch > 1 && p.queries > 0) t.out.at<float>(1, 0, 0, 0) += 1;
  });
  const Report report = run(plan_of(1, {kernel}));
  ASSERT_EQ(report.findings.size(), findings_max);
  for (const Finding& finding : report.findings) {
    EXPECT_GT(finding.smallest.problem.batch, 1);
    EXPECT_EQ(finding.verdict.outcome, Outcome::failed);
    ASSERT_TRUE(finding.verdict.mismatch);
    EXPECT_EQ(finding.verdict.mismatch->b, 1);
  }
}

TEST(Exhaustion, AKernelThatWritesToItsInputsIsFoundAndTheNextOneDoesNotSeeIt) {
  const Kernel scribbler = named("scribbler", [](const Problem& p, const Tensors& t) {
    if (p.segment > 0) t.segment_v.at<float>(0, 0, 0, 0) = 7;
  });
  const Report report = run(plan_of(1, {scribbler, honest()}));
  ASSERT_EQ(report.findings.size(), findings_max);
  for (const Finding& finding : report.findings) {
    EXPECT_EQ(finding.kernel, "scribbler");
    EXPECT_EQ(finding.law, "inputs_unchanged_outputs_fenced");
    EXPECT_EQ(finding.verdict.outcome, Outcome::failed);
  }
  EXPECT_EQ(report.state.tallies.at(honest().name).layouts, layout_count(1));
}

TEST(Exhaustion, WritesOutsideAndNaNAreFound) {
  const Kernel writes_outside = named("writes-outside", [](const Problem& p, const Tensors& t) {
    static_cast<float*>(t.out.data)[p.batch * p.heads * p.queries * p.value_dim] = 0;
  });
  const Kernel gives_nan = named("gives-nan", [](const Problem& p, const Tensors& t) {
    if (p.queries > 0) t.lse.at<float>(p.batch - 1, 3, p.queries - 1) = std::numeric_limits<float>::quiet_NaN();
  });
  const Report report = run(plan_of(1, {writes_outside, gives_nan}));
  EXPECT_EQ(report.findings.size(), 2 * findings_max);
  EXPECT_NE(words(report, {"boresight"}, "").find("wrote outside"), std::string::npos);
  EXPECT_NE(words(report, {"boresight"}, "").find("gave NaN"), std::string::npos);
}

TEST(Exhaustion, AKernelStopsAfterItsFindingsAndSaysSoWhileOthersGoOn) {
  const Report report = run(plan_of(1, {misread("mask-polarity-inverted"), honest()}));
  EXPECT_EQ(report.findings.size(), findings_max);
  std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>> sizes;
  for (const Finding& finding : report.findings) {
    const Problem& p = finding.smallest.problem;
    sizes.emplace(p.mem_kv, p.memories, p.segment, p.queries);
  }
  EXPECT_EQ(sizes.size(), findings_max);
  EXPECT_TRUE(report.state.tallies.at("misread/mask-polarity-inverted").stopped());
  EXPECT_LT(report.state.tallies.at("misread/mask-polarity-inverted").layouts, layout_count(1));
  EXPECT_EQ(report.state.tallies.at(honest().name).layouts, layout_count(1));
  EXPECT_NE(words(report, {"boresight"}, "").find("not judged any further after 5 findings"), std::string::npos);
}

TEST(Exhaustion, WhatAKernelDoesNotSupportIsSkippedWithItsReason) {
  Kernel kernel = honest();
  kernel.unsupported = [](const Problem& p, const Tensors&) {
    return p.mem_kv > 0 ? std::string("persistent columns: none") : std::string();
  };
  const Report report = run(plan_of(1, {kernel}));
  const Tally& tally = report.state.tallies.at(kernel.name);
  EXPECT_EQ(tally.layouts, layout_count(1) / 2);
  ASSERT_EQ(tally.skipped.size(), 1u);
  EXPECT_EQ(tally.skipped.begin()->first, "not supported");
  EXPECT_EQ(tally.skipped.begin()->second, tally.runs);
}

std::vector<Kernel> good_and_bad() {
  return {honest(), misread("window-one-too-wide"), misread("bias-built-over-persistent-kv")};
}

TEST(Report, IsTheSameOnAnyNumberOfThreads) {
  Plan plan = plan_of(1, good_and_bad());
  const std::string one = json(run(plan));
  plan.threads = 3;
  EXPECT_EQ(json(run(plan)), one);
}

TEST(Report, IsTheSameAfterAnInterruption) {
  const std::string whole = json(run(plan_of(1, good_and_bad())));
  std::string kept;
  int parts = 0;
  for (bool interrupted = true; interrupted; ++parts) {
    Plan plan = plan_of(1, good_and_bad());
    if (!kept.empty()) {
      const Result<State> state = parse_state(kept, plan, build);
      ASSERT_TRUE(state) << state.error().text();
      plan.from = *state;
    }
    const std::atomic<bool> stop = true;  // every part is a single round
    plan.stop = &stop;
    const Report report = run(plan);
    kept = state_text(report.state, plan, build);
    interrupted = report.interrupted;
    EXPECT_TRUE(interrupted || json(report) == whole) << json(report);
  }
  EXPECT_GT(parts, 2);
}

TEST(Report, ShardsTogetherHaveWhatTheWholeHas) {
  const Report whole = run(plan_of(1, {honest()}));
  std::int64_t layouts = 0, runs = 0;
  for (std::int64_t index = 1; index <= 3; ++index) {
    Plan plan = plan_of(1, {honest()});
    plan.shard = {index, 3};
    const Report part = run(plan);
    EXPECT_EQ(part.state.layouts, layout_count(1, plan.shard));
    layouts += part.state.layouts;
    runs += part.state.tallies.at(honest().name).runs;
  }
  EXPECT_EQ(layouts, whole.state.layouts);
  EXPECT_EQ(runs, whole.state.tallies.at(honest().name).runs);
}

TEST(State, OfAnotherRunIsRefusedAndSaysWhatDiffers) {
  const Plan plan = plan_of(1, {honest()});
  const std::string text = state_text(run(plan).state, plan, build);
  Plan other_bound = plan, other_shard = plan, other_kernels = plan;
  other_bound.bound = 2;
  other_shard.shard = {1, 2};
  other_kernels.kernels = good_and_bad();
  const auto refused = [&](const Plan& by, const std::string& word, const char* of = build) {
    const Result<State> state = parse_state(text, by, of);
    ASSERT_FALSE(state) << word;
    EXPECT_NE(state.error().text().find("another run: its " + word), std::string::npos) << state.error().text();
  };
  EXPECT_TRUE(parse_state(text, plan, build));
  refused(other_bound, "bound");
  refused(other_shard, "shard");
  refused(other_kernels, "kernels");
  refused(plan, "build", "another build");
}

TEST(State, ThatIsDamagedIsRefused) {
  const Plan plan = plan_of(1, good_and_bad());
  const std::string text = state_text(run(plan).state, plan, build);
  ASSERT_TRUE(parse_state(text, plan, build));
  const auto with = [&](const std::string& old, const std::string& now) {
    std::string changed = text;
    const std::size_t at = changed.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return changed.replace(at, old.size(), now);
  };
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{}"), text.substr(0, text.size() / 2), with("\"calls\": ", "\"calls\": 9"),
        with("\"calls\": ", "\"calls\": -"), with("\"layouts\"", "\"lay\""), with("\"case\": \"bs1", "\"case\": \"bs2"),
        with("law=", "law=no"), with("\"skipped\": {}", "\"skipped\": 1")})
    EXPECT_FALSE(parse_state(bad, plan, build)) << bad.substr(0, 80);
}

}  // namespace
}  // namespace boresight::properties::exhaustive
