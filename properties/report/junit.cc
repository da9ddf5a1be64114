// The report as build servers read it: a suite each kernel, a test each law. A finding is a failure with its words and its
// token; a law that judged nothing, and a kernel that can't run here, are skipped with the reason.
#include <fmt/format.h>

#include <algorithm>

#include "properties/report/report.h"
#include "properties/report/text.h"

namespace boresight::properties {
namespace {

struct Suite {
  std::int64_t tests = 0, failures = 0, skipped = 0;
  std::string text;  // its testcase elements
};

void add(Suite& suite, const std::string& kernel, const std::string& law, const std::string& content) {
  ++suite.tests;
  suite.text +=
      fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n{}    </testcase>\n", escaped(kernel), escaped(law), content);
}

void add_skipped(Suite& suite, const std::string& kernel, const std::string& law, const std::string& why) {
  ++suite.skipped;
  add(suite, kernel, law, fmt::format("      <skipped message=\"{}\"/>\n", escaped(why)));
}

void add_failed(Suite& suite, const Finding& finding, const Rerun& rerun) {
  ++suite.failures;
  add(suite, finding.kernel, finding.law,
      fmt::format("      <failure message=\"{}\">{}</failure>\n", escaped(finding.verdict.why), escaped(words(finding, rerun))));
}

Suite suite_of(const Report& report, const std::string& kernel, const Rerun& rerun) {
  Suite suite;
  const auto given_up =
      std::find_if(report.given_up.begin(), report.given_up.end(), [&](const GivenUp& row) { return row.kernel == kernel; });
  for (const auto& entry : report.evidence.at(kernel)) {
    const std::string& law = entry.first;
    const Evidence& evidence = entry.second;
    const auto finding = std::find_if(report.findings.begin(), report.findings.end(),
                                      [&](const Finding& f) { return f.kernel == kernel && f.law == law; });
    if (finding != report.findings.end())
      add_failed(suite, *finding, rerun);
    else if (given_up != report.given_up.end())  // few cases are no pass
      add_skipped(suite, kernel, law, "given up: " + words(*given_up));
    else if (evidence.judged() == 0)
      add_skipped(suite, kernel, law, "none judged: " + (evidence.reasons.empty() ? "no case was drawn" : reasons(evidence)));
    else
      add(suite, kernel, law,
          fmt::format("      <system-out>{} judged, {} skipped, {} mistrusted, largest error/bound {:.3f}</system-out>\n",
                      evidence.judged(), evidence.skipped, evidence.mistrusted, evidence.largest));
  }
  return suite;
}

}  // namespace

std::string junit(const Report& report, const Rerun& rerun) {
  Suite all;
  const auto close = [&](const std::string& kernel, const Suite& suite) {
    all.tests += suite.tests, all.failures += suite.failures, all.skipped += suite.skipped;
    all.text += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n"
        "    <properties>\n      <property name=\"boresight\" value=\"{}\"/>\n      <property name=\"again\" value=\"{}\"/>\n    "
        "</properties>\n"
        "{}  </testsuite>\n",
        escaped(kernel), suite.tests, suite.failures, suite.skipped, escaped(report.version), escaped(again(report)), suite.text);
  };
  for (const auto& entry : report.evidence) close(entry.first, suite_of(report, entry.first, rerun));
  for (const Unavailable& row : report.unavailable) {
    Suite suite;
    for (const std::string& law : report.laws) add_skipped(suite, row.kernel, law, "unavailable: " + words(row));
    close(row.kernel, suite);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"boresight\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
      "skipped=\"{}\">\n{}"
      "</testsuites>\n",
      all.tests, all.failures, all.skipped, all.text);
}

}  // namespace boresight::properties
