// Reports: every case counts, shards merged are the whole, what strange kernels say does no harm, and a page stays small.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/table.h"
#include "properties/report/merge.h"
#include "properties/report/report.h"
#include "problem/printable.h"

namespace boresight::properties {
namespace {

Kernel honest() { return registered_kernels().front(); }

// Wrong wherever `spoils` says so of the problem.
template <class Spoils>
Kernel spoilt(Spoils spoils) {
  Kernel kernel = honest();
  kernel.name = "spoilt";
  kernel.run = [run = kernel.run, spoils](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    if (p.queries > 0 && p.type == Type::f32 && spoils(p)) t.out.at<float>(0, 0, 0, 0) += 0.5f;
  };
  return kernel;
}

bool with_mem_kv(const Problem& p) { return p.mem_kv > 0; }

Kernel misread(std::string_view id) { return readings::misread_kernel(*readings::find_reading(id)); }

Plan plan(std::vector<Kernel> kernels, std::int64_t cases, int threads = 2) {
  Plan result;
  result.kernels = std::move(kernels);
  result.laws = {laws()[0], laws()[1], *find_law("called_twice")};
  result.cases = cases;
  result.seed = 11;
  result.threads = threads;
  return result;
}

const Evidence& agreement_of(const Report& report, const std::string& kernel) {
  return report.evidence.at(kernel).at(std::string(agreement_name));
}

Result<Report> merged(const std::vector<std::string>& texts) {
  std::vector<NamedReport> shards;
  for (const std::string& text : texts) {
    Result<Report> parsed = parse_report(text);
    if (!parsed) return parsed.error();
    shards.push_back({"shard " + std::to_string(shards.size() + 1), std::move(*parsed)});
  }
  return merge(std::move(shards));
}

TEST(Report, CountsEveryCaseAfterTheFirstFailureToo) {
  const Report report = run(plan({spoilt(with_mem_kv)}, 300));
  const Evidence& evidence = agreement_of(report, "spoilt");
  EXPECT_EQ(evidence.judged() + evidence.skipped + evidence.mistrusted, 100);
  EXPECT_GT(evidence.failed, 10);
  EXPECT_GT(evidence.passed, 10);
  const auto of_agreement = [](const Finding& finding) { return finding.law == agreement_name; };
  EXPECT_EQ(std::count_if(report.findings.begin(), report.findings.end(), of_agreement), 1);
}

TEST(Report, ShardsMergedAreTheWholeRun) {
  Plan whole = plan({spoilt(with_mem_kv), misread("causal-top-left"), honest()}, 151);
  const std::string expected = json(run(whole));
  std::vector<std::string> shards;
  for (const std::int64_t index : {3, 1, 4, 2}) {
    whole.shard = {index, 4};
    shards.push_back(json(run(whole)));
  }
  const Result<Report> together = merged(shards);
  ASSERT_TRUE(together) << together.error().text();
  EXPECT_EQ(json(*together), expected);
  ASSERT_TRUE(parse_report(expected)) << parse_report(expected).error().text();
  EXPECT_EQ(json(*parse_report(expected)), expected);
  EXPECT_EQ(html(*parse_report(expected), {"boresight"}), html(*together, {"boresight"}));
}

TEST(Report, AKernelThatTakesAllItsTimeIsGivenUpAfterThreeCasesWhoeverIsFaster) {
  Kernel hanging = honest();
  hanging.name = "hanging";
  const auto hung = std::make_shared<std::atomic<int>>(0);
  hanging.run = [run = hanging.run, hung](const Problem& p, const Tensors& t, const Options& o) {
    if (p.mem_kv > 0) ++*hung, throw KernelFault("took all the time that it was given", true);
    run(p, t, o);
  };
  Plan all = plan({hanging, honest()}, 120, 1);
  all.shrink = false;
  const Report report = run(all);
  EXPECT_EQ(hung->load(), 3);
  ASSERT_EQ(report.given_up.size(), 1u);
  std::int64_t failed = 0, seen = 0;
  for (const auto& [law, e] : report.evidence.at("hanging")) failed += e.failed, seen += e.judged() + e.skipped + e.mistrusted;
  EXPECT_EQ(failed, 3);
  EXPECT_EQ(seen, report.given_up.front().case_number);
  EXPECT_LT(seen, 100);
  EXPECT_STREQ(outcome(report), "FAILED");
  all.threads = 4;
  EXPECT_EQ(json(run(all)), json(report));
  for (const std::string& told : {words(report, {"boresight"}), junit(report, {"boresight"}), html(report, {"boresight"})})
    EXPECT_NE(told.find("took all the time that it was given in 3 cases, and was judged no further"), std::string::npos) << told;
  EXPECT_EQ(junit(report, {"boresight"}).find("testcase classname=\"hanging\" name=\"causal\">\n      <system-out"),
            std::string::npos);
}

TEST(Report, AFailureThatDoesNotComeAgainStaysOne) {
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const Kernel once = spoilt([calls](const Problem&) { return (*calls)++ == 0; });
  Plan one = plan({once}, 30, 1);
  const Report report = run(one);
  ASSERT_EQ(report.findings.size(), 1u);
  const Finding& finding = report.findings.front();
  EXPECT_EQ(finding.verdict.outcome, Outcome::failed);
  EXPECT_TRUE(finding.verdict.mismatch);
  EXPECT_EQ(finding.smallest, finding.drawn);
  EXPECT_EQ(finding.unsteady.find("does not fail every time: "), 0u) << finding.unsteady;
  EXPECT_NE(words(report, {"boresight"}).find("does not fail every time: "), std::string::npos);
  EXPECT_EQ(json(*parse_report(json(report))), json(report));
}

TEST(Report, HistogramsHaveABinForZeroAndOneForEachPowerOfTwoUpToTheBound) {
  EXPECT_EQ(histogram_bin(0), 0u);
  EXPECT_EQ(histogram_bin(1e-300), 1u);
  for (std::size_t bin = 1; bin < histogram_bins; ++bin) {
    EXPECT_EQ(histogram_bin(histogram_end(bin)), bin);
    EXPECT_EQ(histogram_bin(std::nextafter(histogram_end(bin), 2)), std::min(bin + 1, histogram_bins - 1));
  }
  EXPECT_EQ(histogram_end(1), 0x1p-16);
  EXPECT_EQ(histogram_end(histogram_bins - 1), 1);
}

TEST(HeatMap, ShowsWhatDepartsWithinItsWindow) {
  const Case wide = *parse_token("bs1 b1 h2 d8 n40 s70 causal bias=alibi P1");
  const HeatMap map = heat_map(wide, wide, misread("causal-top-left"));
  ASSERT_EQ(map.none, "");
  EXPECT_EQ(std::int64_t(map.rows.size()), heat_map_rows_max);
  EXPECT_EQ(map.columns(), heat_map_columns_max);
  EXPECT_EQ(map.head_rows, 40);
  EXPECT_EQ(map.head_columns, 71);
  EXPECT_GT(map.departing, 0);
  std::int64_t hidden = 0;
  for (std::size_t row = 0; row < map.rows.size(); ++row)
    for (std::size_t column = 0; column < map.rows[row].cells.size(); ++column) {
      const HeatCell& cell = map.rows[row].cells[column];
      const std::int64_t i = map.first_row + std::int64_t(row), c = map.first_column + std::int64_t(column);
      EXPECT_EQ(cell.right.has_value(), c <= i + 31) << i << " " << c;
      EXPECT_EQ(cell.seen == probe::Seen::visible, c <= i) << i << " " << c;
      EXPECT_EQ(cell.agrees == Agrees::no, i < c && c <= i + 31) << i << " " << c;
      hidden += !cell.right;
    }
  EXPECT_GT(hidden, 0);
}

TEST(HeatMap, SaysWhyThereIsNone) {
  const Case one = *parse_token("bs1 b1 h1 d2 n2 s3 P1 bias=alibi");
  EXPECT_EQ(heat_map(one, one, honest()).none, "the probe sees no departure: the mistake is not in the bias or the mask");
  Kernel throwing = honest();
  throwing.run = [](const Problem&, const Tensors&, const Options&) { throw std::runtime_error("nothing today"); };
  EXPECT_NE(heat_map(one, one, throwing).none.find("nothing today"), std::string::npos) << heat_map(one, one, throwing).none;
}

// What a stranger's library may be called and say.
Report strange() {
  const std::string bad = "<script>alert(1)</script>\"'&\x01\xff\xed\xa0\x80 \xe2\x82\xac";
  Report report;
  report.version = bad;
  report.source = bad;
  report.filters = bad;
  report.laws = {"causal"};
  report.cases = report.share = 1;
  report.machines = {{bad, bad, bad, bad, {bad}}};
  report.evidence[bad]["causal"].failed = 1;
  report.evidence["other"]["causal"].skipped = 1;
  report.evidence["other"]["causal"].reasons[bad] = 1;
  report.unavailable = {{bad, bad, bad}};
  report.given_up = {{bad, 1, bad}};
  report.power = Power{bad, {{bad, 0}, {"b", 3}}};
  Finding& finding = report.findings.emplace_back();
  finding.kernel = bad, finding.law = "causal", finding.case_number = 1;
  finding.drawn = finding.smallest = *parse_token("bs1 b1 h1 d1 n1 s1");
  finding.verdict = failed(bad);
  finding.unsteady = bad;
  finding.diagnosis = {bad, bad, {bad}, bad};
  finding.map.emplace().none = bad;
  return report;
}

TEST(Report, WhatAStrangersKernelSaysDoesNoHarm) {
  const Report report = strange();
  const std::string page = html(report, {"<script>\xff"}), xml = junit(report, {"boresight"}), text = json(report);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&apos;&amp;?\xEF\xBF\xBD"), std::string::npos);
  for (const std::string& one : {page, xml, text}) {
    EXPECT_EQ(printable(one), one);
    EXPECT_NE(one.find("\xe2\x82\xac"), std::string::npos);
  }
  const Result<Report> back = parse_report(text);
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(json(*back), text);
}

TEST(Report, APageStaysSmallHoweverMuchFailed) {
  Report report = strange();
  HeatMap map;
  map.head_rows = 100, map.head_columns = 100;
  for (std::int64_t i = 0; i < heat_map_rows_max; ++i) {
    HeatRow& row = map.rows.emplace_back();
    for (std::int64_t c = 0; c < heat_map_columns_max; ++c)
      row.cells.push_back({double(i * c % 7), probe::Seen::visible, double(i + 3 * c % 11), c % 2 ? Agrees::no : Agrees::yes});
  }
  report.findings.front().verdict.why = std::string(100000, '<');
  report.findings.front().map = map;
  report.findings.resize(3000, report.findings.front());
  for (int k = 0; k < 4000; ++k) report.evidence["kernel" + std::to_string(k)]["causal"] = report.evidence["other"]["causal"];
  const std::string page = html(report, {"boresight"});
  EXPECT_LT(page.size(), 2'000'000u);
  EXPECT_NE(page.find("are left out here: the JSON report has them all"), std::string::npos);
}

}  // namespace
}  // namespace boresight::properties
