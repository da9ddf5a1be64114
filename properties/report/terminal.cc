#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "problem/token.h"
#include "properties/compare.h"
#include "properties/report/report.h"

namespace boresight::properties {
namespace {

std::string evidence_table(const Report& report) {
  std::size_t width = 10;
  for (const auto& [kernel, by_law] : report.evidence) width = std::max(width, kernel.size());
  std::string text = fmt::format("{:<{}} {:<32} {:>8} {:>8} {:>10} {:>12}\n", "kernel", width, "law", "judged", "skipped", "mistrusted",
                                 "error/bound");
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) {
      const std::string largest = e.failed > 0 ? "FAILED" : e.largest > 0 ? fmt::format("{:.3f}", e.largest) : "-";
      text += fmt::format("{:<{}} {:<32} {:>8} {:>8} {:>10} {:>12}\n", kernel, width, law, e.judged(), e.skipped, e.mistrusted, largest);
      if (e.judged() == 0 && !e.reasons.empty()) text += fmt::format("{:<{}}   none judged: {}\n", "", width, reasons(e));
    }
  for (const Unavailable& row : report.unavailable) text += "unavailable: " + words(row) + "\n";
  return text;
}

std::string cases_gone_through(const Report& report) {
  if (report.shard.whole()) return fmt::format("{} cases", report.cases);
  return fmt::format("shard {}/{}, {} of {} cases", report.shard.index, report.shard.count, report.share, report.cases);
}

std::string closing(const Report& report) {
  std::int64_t judged = 0, skips = 0, mistrusts = 0;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) judged += e.judged(), skips += e.skipped, mistrusts += e.mistrusted;
  const std::string counts = fmt::format("{}: {} judged, {} skipped, {} mistrusted", cases_gone_through(report), judged, skips, mistrusts);
  const std::string repeat = "again: " + again(report);
  if (!report.findings.empty()) return fmt::format("FAILED: {} finding(s) in {}; {}\n", report.findings.size(), counts, repeat);
  const bool every = std::all_of(report.evidence.begin(), report.evidence.end(), [](const auto& kernel) {
    return std::all_of(kernel.second.begin(), kernel.second.end(), [](const auto& law) { return law.second.judged() > 0; });
  });
  if (judged > 0 && !every) return fmt::format("UNTESTED: a law judged nothing ({}); {}\n", counts, repeat);
  if (judged == 0) return fmt::format("UNTESTED: nothing was judged ({}); {}\n", counts, repeat);
  return fmt::format("PASSED: {}; {}\n", counts, repeat);
}

}  // namespace

std::string reasons(const Evidence& evidence) {
  std::string text;
  for (const auto& [reason, count] : evidence.reasons) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, reason);
  return text;
}

std::string words(const Unavailable& row) { return fmt::format("{} ({}): {}", row.kernel, row.instruction_set, row.why); }

std::string again(const Report& report) {
  const std::string whole = fmt::format("--cases {} --seed {}", report.cases, report.seed);
  return report.shard.whole() ? whole : whole + fmt::format(" --shard {}/{}", report.shard.index, report.shard.count);
}

std::string words(const Mismatch& m) {
  const std::string place = m.lse ? fmt::format("lse[b={} h={} i={}]", m.b, m.h, m.i)
                                  : fmt::format("out[b={} h={} i={} d={}]", m.b, m.h, m.i, m.d);
  const double got = std::isnan(m.got) ? std::numeric_limits<double>::quiet_NaN() : m.got;  // never "-nan"
  if (m.bound == 0) return fmt::format("{} is {:.9g}, right is {:.9g} exactly", place, got, m.expected);
  return fmt::format("{} is {:.9g}, right is {:.9g}, bound {:.3g}: off by {:.3g} bounds", place, got, m.expected, m.bound,
                     error_over_bound(m.got, m.expected, m.bound));
}

std::string words(const Finding& finding, const std::string& command) {
  std::string text = fmt::format("FAILED {} · {}", finding.kernel, finding.law);
  text += finding.case_number > 0 ? fmt::format(" · case {}\n", finding.case_number) : "\n";
  text += "  what    " + finding.verdict.why + "\n";
  if (!finding.diagnosis.words.empty()) text += "  why     " + finding.diagnosis.words + "\n";
  if (!finding.diagnosis.reading.empty()) text += "  reading " + finding.diagnosis.reading + "\n";
  if (finding.verdict.mismatch) text += "  where   " + words(*finding.verdict.mismatch) + "\n";
  text += "  case    " + token(finding.smallest);
  text += finding.case_number > 0 ? fmt::format("   ({} shrinks)\n", finding.shrinks) : "\n";
  text += fmt::format("  again   {} replay '{}'\n", command, token(finding.smallest));
  return text;
}

std::string words(const Report& report, const std::string& command) {
  std::string text = evidence_table(report);
  for (const Finding& finding : report.findings) text += "\n" + words(finding, command);
  return text + "\n" + closing(report);
}

}  // namespace boresight::properties
