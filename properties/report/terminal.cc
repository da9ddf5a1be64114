#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "problem/token.h"
#include "properties/compare.h"
#include "properties/conduct.h"
#include "properties/report/report.h"

namespace boresight::properties {
namespace {

constexpr std::size_t kernel_width_min = 10, law_width = 32;
constexpr std::int64_t readings_named_max = 8;

// A row of the table of evidence.
std::string row(const std::string& kernel, std::size_t kernel_width, const std::string& law, const Evidence& e) {
  const std::string largest = e.failed > 0 ? "FAILED" : e.largest > 0 ? fmt::format("{:.3f}", e.largest) : "-";
  return fmt::format("{:<{}} {:<{}} {:>8} {:>8} {:>10} {:>12}\n", kernel, kernel_width, law, law_width, e.judged(), e.skipped,
                     e.mistrusted, largest);
}

// A row each kernel and law: all of them, or those alone that nobody should overlook.
std::string each_row(const Report& report, std::size_t kernel_width, bool all) {
  std::string text;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) {
      if (all || e.failed > 0 || e.judged() == 0) text += row(kernel, kernel_width, law, e);
      if (e.judged() == 0 && !e.reasons.empty()) text += fmt::format("{:<{}}   none judged: {}\n", "", kernel_width, reasons(e));
    }
  return text;
}

// A row each kernel, of all laws together; then a row each law, of all kernels together.
std::string summed_rows(const Report& report, std::size_t kernel_width) {
  std::string text;
  std::map<std::string, Evidence> of_law;
  for (const auto& [kernel, by_law] : report.evidence) {
    Evidence of_kernel;
    for (const auto& [law, e] : by_law) add(of_kernel, e), add(of_law[law], e);
    text += row(kernel, kernel_width, by_law.size() == 1 ? by_law.begin()->first : fmt::format("all {} laws", by_law.size()),
                of_kernel);
  }
  for (const auto& [law, e] : of_law) text += row("all", kernel_width, law, e);
  return text;
}

std::string evidence_table(const Report& report, Rows rows) {
  std::size_t width = kernel_width_min;
  for (const auto& [kernel, by_law] : report.evidence) width = std::max(width, kernel.size());
  const bool each = rows == Rows::each || report.evidence.size() <= 1;
  std::string text = fmt::format("{:<{}} {:<{}} {:>8} {:>8} {:>10} {:>12}\n", "kernel", width, "law", law_width, "judged",
                                 "skipped", "mistrusted", "error/bound");
  if (!each) text += summed_rows(report, width);
  text += each_row(report, width, each);
  for (const Unavailable& unavailable : report.unavailable) text += "unavailable: " + words(unavailable) + "\n";
  for (const GivenUp& row : report.given_up) text += "given up: " + words(row) + "\n";
  return text;
}

// "power: 102 of 104 readings could have shown in scalar's cases of agreement; never: a, b", or the one that seldom could.
std::string power_line(const Power& power) {
  std::string never;
  std::int64_t missing = 0;
  for (const auto& [reading, cases] : power.cases)
    if (cases == 0 && ++missing <= readings_named_max) never += (never.empty() ? "" : ", ") + reading;
  if (missing > readings_named_max) never += fmt::format(" and {} more", missing - readings_named_max);
  const auto by_cases = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [least, cases] = *std::min_element(power.cases.begin(), power.cases.end(), by_cases);
  const std::string fewest =
      cases < power_enough ? fmt::format("the fewest, {}: {}", cases, least) : fmt::format("each in {} or more", power_enough);
  return fmt::format("power: {} of {} readings could have shown in {}'s cases of agreement; {}\n",
                     std::int64_t(power.cases.size()) - missing, power.cases.size(), power.kernel,
                     missing > 0 ? "never: " + never : fewest);
}

std::string power_words(const Report& report, Rows rows) {
  if (!report.power || report.power->cases.empty()) return "";
  std::string text = power_line(*report.power);
  for (const auto& [reading, cases] : report.power->cases)
    if (rows == Rows::each) text += fmt::format("  {:<52} {}{}\n", reading, cases, cases < power_enough ? "" : " or more");
  return text;
}

std::string cases_gone_through(const Report& report) {
  if (report.shard.whole()) return fmt::format("{} cases", report.cases);
  return fmt::format("shard {}/{}, {} of {} cases", report.shard.index, report.shard.count, report.share, report.cases);
}

std::string closing(const Report& report) {
  const Totals all = totals(report);
  const Evidence& sum = all.evidence;
  const std::string failed = sum.failed > 0 ? fmt::format(", {} of these failed", sum.failed) : "";
  const std::string counts = fmt::format("{}: {} judged{}, {} skipped, {} mistrusted", cases_gone_through(report), sum.judged(),
                                         failed, sum.skipped, sum.mistrusted);
  const std::string repeat = "again: " + again(report), word = outcome(report);
  if (word == "FAILED") return fmt::format("FAILED: {} finding(s) in {}; {}\n", report.findings.size(), counts, repeat);
  if (word == "UNTESTED" && sum.judged() > 0)
    return fmt::format("UNTESTED: {} pair(s) of kernel and law were not judged ({}); {}\n", all.rows_not_judged, counts, repeat);
  if (word == "UNTESTED") return fmt::format("UNTESTED: nothing was judged ({}); {}\n", counts, repeat);
  const std::string beside =
      all.rows_not_supported > 0 ? fmt::format(", {} pair(s) of kernel and law not supported", all.rows_not_supported) : "";
  return fmt::format("{}: {}{}; {}\n", word, counts, beside, repeat);
}

// What findings of one kernel have in common: the reading or the conduct that names them, or what it did in place of computing.
// Empty: nothing that is known.
std::string cause(const Finding& finding) {
  if (!finding.diagnosis.reading.empty()) return finding.diagnosis.reading;
  const std::string& words = finding.diagnosis.words;
  const auto is_it = [&](const Conduct& conduct) { return conduct.words == words; };
  const bool conduct = std::any_of(conducts().begin(), conducts().end(), is_it);
  if (conduct) return words;
  if (finding.verdict.mismatch) return "";
  const std::string& what = finding.verdict.why;  // ends in which of the law's runs it was
  return !words.empty() && what.starts_with(words) ? words : what;
}

// Those of agreement before the others: they say what a kernel computes, where others compare two of its calls.
std::vector<const Finding*> plainest_first(const Report& report) {
  std::vector<const Finding*> order;
  for (const bool agreement : {true, false})
    for (const Finding& finding : report.findings)
      if ((finding.law == agreement_name) == agreement) order.push_back(&finding);
  return order;
}

// Each finding in full, but that those of one cause stand beneath the first of them, a line each.
std::string findings(const Report& report, const Rerun& rerun) {
  std::vector<std::string> texts;
  std::map<std::pair<std::string, std::string>, std::size_t> first;  // of a kernel and a cause
  for (const Finding* each : plainest_first(report)) {
    const Finding& finding = *each;
    const std::string why = cause(finding);
    const auto [known, fresh] = first.try_emplace({finding.kernel, why}, texts.size());
    if (fresh || why.empty())
      texts.push_back("\n" + words(finding, rerun));
    else
      texts[known->second] += fmt::format("  also    {}\n", token(finding.smallest));
  }
  return fmt::format("{}", fmt::join(texts, ""));
}

}  // namespace

std::string reasons(const Evidence& evidence) {
  std::string text;
  for (const auto& [reason, count] : evidence.reasons) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, reason);
  return text;
}

std::string words(const GivenUp& row) { return fmt::format("{} after case {}: {}", row.kernel, row.case_number, row.why); }

std::string words(const Unavailable& row) { return fmt::format("{} ({}): {}", row.kernel, row.instruction_set, row.why); }

std::string again(const Report& report) {
  const std::string whole = fmt::format("--cases {} --seed {}{}", report.cases, report.seed, report.filters);
  return report.shard.whole() ? whole : whole + fmt::format(" --shard {}/{}", report.shard.index, report.shard.count);
}

std::string words(const Mismatch& m) {
  const std::string place =
      m.lse ? fmt::format("lse[b={} h={} i={}]", m.b, m.h, m.i) : fmt::format("out[b={} h={} i={} d={}]", m.b, m.h, m.i, m.d);
  const auto unsigned_nan = [](double x) { return std::isnan(x) ? std::numeric_limits<double>::quiet_NaN() : x; };
  const double got = unsigned_nan(m.got), right = unsigned_nan(m.expected);
  if (m.bound == 0) return fmt::format("{} is {:.9g}, right is {:.9g} exactly", place, got, right);
  return fmt::format("{} is {:.9g}, right is {:.9g}, bound {:.3g}: off by {:.3g} bounds", place, got, right, m.bound,
                     error_over_bound(m.got, m.expected, m.bound));
}

std::string words(const Finding& finding, const Rerun& rerun) {
  std::string text = fmt::format("FAILED {} · {}", finding.kernel, finding.law);
  text += finding.case_number > 0 ? fmt::format(" · case {}\n", finding.case_number) : "\n";
  text += "  what    " + finding.verdict.why + "\n";
  if (!finding.unsteady.empty()) text += "          " + finding.unsteady + "\n";
  if (!finding.diagnosis.words.empty()) text += "  why     " + told(finding.diagnosis) + "\n";
  if (!finding.diagnosis.reading.empty()) text += "  reading " + finding.diagnosis.reading + "\n";
  if (finding.verdict.mismatch) text += "  where   " + words(*finding.verdict.mismatch) + "\n";
  text += "  case    " + token(finding.smallest);
  text += finding.case_number > 0 ? fmt::format("   ({} shrinks)\n", finding.shrinks) : "\n";
  text += fmt::format("  again   {} replay '{}'{}\n", rerun.program, token(finding.smallest), rerun.library);
  return text;
}

std::string words(const Report& report, const Rerun& rerun, Rows rows) {
  return evidence_table(report, rows) + power_words(report, rows) + findings(report, rerun) + "\n" + closing(report);
}

}  // namespace boresight::properties
