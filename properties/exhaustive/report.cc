// The report of an exhaustive run, in words and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "problem/token.h"
#include "properties/exhaustive.h"
#include "properties/report/finding_json.h"
#include "properties/report/report.h"

namespace boresight::properties::exhaustive {
namespace {

using Json = nlohmann::ordered_json;

// 2111100 as 2,111,100.
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = std::ptrdiff_t(text.size()) - 3; at > 0; at -= 3) text.insert(std::size_t(at), ",");
  return text;
}

std::int64_t skipped_runs(const Tally& tally) {
  return std::accumulate(tally.skipped.begin(), tally.skipped.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& reason) { return sum + reason.second; });
}

std::string row(const std::string& kernel, std::size_t width, const Tally& t) {
  const std::string largest = t.failed > 0 ? "FAILED" : t.largest > 0 ? fmt::format("{:.3f}", t.largest) : "-";
  std::string text = fmt::format("{:<{}} {:>12} {:>12} {:>12} {:>10} {:>12}\n", kernel, width, grouped(t.layouts),
                                 grouped(t.runs), grouped(skipped_runs(t)), grouped(t.failed), largest);
  for (const auto& [reason, runs] : t.skipped) text += fmt::format("{:<{}}   skipped {}: {}\n", "", width, grouped(runs), reason);
  if (t.stopped()) text += fmt::format("{:<{}}   not judged any further after {} findings\n", "", width, t.findings);
  return text;
}

std::string table(const Report& report) {
  std::size_t width = 10;
  for (const std::string& kernel : report.kernels) width = std::max(width, kernel.size());
  std::string text = fmt::format("{:<{}} {:>12} {:>12} {:>12} {:>10} {:>12}\n", "kernel", width, "layouts", "runs", "skipped",
                                 "failed", "error/bound");
  for (const std::string& kernel : report.kernels) text += row(kernel, width, report.state.tallies.at(kernel));
  for (const Unavailable& unavailable : report.unavailable) text += "unavailable: " + properties::words(unavailable) + "\n";
  return text;
}

// Where one mistake is in many kernels: the first finding of each in full, the others by their token.
std::string findings(const Report& report, const Rerun& rerun) {
  std::string text;
  for (const std::string& kernel : report.kernels) {
    bool first = true;
    for (const Finding& finding : report.findings) {
      if (finding.kernel != kernel) continue;
      const std::string reading = finding.diagnosis.reading.empty() ? "" : "   (" + finding.diagnosis.reading + ")";
      text +=
          first ? "\n" + properties::words(finding, rerun) : fmt::format("  also    {}{}\n", token(finding.smallest), reading);
      first = false;
    }
  }
  return text;
}

std::string closing(const Report& report, const std::string& filters) {
  std::int64_t failed = 0, runs = 0;
  bool all_judged = !report.kernels.empty();
  for (const std::string& kernel : report.kernels) {
    const Tally& tally = report.state.tallies.at(kernel);
    failed += tally.failed;
    runs += tally.runs;
    all_judged = all_judged && tally.layouts > 0;
  }
  std::string scope = fmt::format("{} layouts x {} kernels", grouped(report.state.layouts), report.kernels.size());
  if (report.interrupted && report.shard.whole())
    scope = fmt::format("{} of {} layouts x {} kernels", grouped(report.state.layouts), grouped(report.layouts_of_all_shards),
                        report.kernels.size());
  if (!report.shard.whole())
    scope = fmt::format("shard {}/{}, {} of ", report.shard.index, report.shard.count, grouped(report.state.layouts)) +
            fmt::format("{} layouts x {} kernels", grouped(report.layouts_of_all_shards), report.kernels.size());
  std::string again = fmt::format("exhaust --bound {}{}", report.bound, filters);
  if (!report.shard.whole()) again += fmt::format(" --shard {}/{}", report.shard.index, report.shard.count);
  const char* const outcome = failed > 0 ? "FAILED" : report.interrupted ? "INTERRUPTED" : all_judged ? "PASSED" : "UNTESTED";
  return fmt::format("{}: {}, {} runs, {} failed; again: {}\n", outcome, scope, grouped(runs), grouped(failed), again);
}

Json tally_json(const std::string& kernel, const Tally& t) {
  return {{"kernel", kernel},      {"layouts", t.layouts}, {"failed", t.failed},
          {"runs", t.runs},        {"skipped", t.skipped}, {"largest_error_over_bound", number_json(t.largest)},
          {"stopped", t.stopped()}};
}

}  // namespace

std::string words(const Report& report, const Rerun& rerun, const std::string& filters) {
  return table(report) + findings(report, rerun) + "\n" + closing(report, filters);
}

std::string json(const Report& report, const std::string& version) {
  Json kernels = Json::array(), found = Json::array(), unavailable = Json::array();
  for (const std::string& kernel : report.kernels) kernels.push_back(tally_json(kernel, report.state.tallies.at(kernel)));
  for (const Finding& finding : report.findings) found.push_back(finding_json(finding));
  for (const Unavailable& one : report.unavailable) unavailable.push_back(properties::words(one));
  const Json whole = {{"schema", 1},
                      {"boresight", version},
                      {"bound", report.bound},
                      {"shard", {{"index", report.shard.index}, {"count", report.shard.count}}},
                      {"layouts", {{"all_shards", report.layouts_of_all_shards}, {"gone_through", report.state.layouts}}},
                      {"interrupted", report.interrupted},
                      {"unavailable", unavailable},
                      {"kernels", kernels},
                      {"findings", found}};
  return file_text(whole);
}

}  // namespace boresight::properties::exhaustive
