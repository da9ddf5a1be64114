#include "properties/report/merge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "properties/report/report.h"

namespace boresight::properties {
namespace {

constexpr const char* one_run = "give the reports of one run's shards";

std::vector<std::string> kernels(const Report& report) {
  std::vector<std::string> names;
  for (const auto& [kernel, by_law] : report.evidence) names.push_back(kernel);
  return names;
}

std::vector<std::string> unavailable(const Report& report) {
  std::vector<std::string> names;
  for (const Unavailable& row : report.unavailable) names.push_back(words(row));
  return names;
}

std::vector<std::string> commits(const Report& report) {
  std::set<std::string> names;
  for (const Machine& machine : report.machines) names.insert(machine.commit);
  return {names.begin(), names.end()};
}

std::vector<std::string> readings(const Report& report) {
  std::vector<std::string> names;
  if (report.power) names.push_back(report.power->kernel);
  if (report.power)
    for (const auto& [reading, cases] : report.power->cases) names.push_back(reading);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  return all.size() <= 120 ? all : all.substr(0, 120) + "..";
}

// What all shards must have in common, by the names of its fields.
struct Common {
  const char* field;
  std::string (*of)(const Report&);
  const char* right;
};

const Common all_common[] = {
    {"boresight", [](const Report& r) { return r.version; }, one_run},
    {"machines[].commit", [](const Report& r) { return listed(commits(r)); }, one_run},
    {"seed", [](const Report& r) { return std::to_string(r.seed); }, one_run},
    {"cases", [](const Report& r) { return std::to_string(r.cases); },
     "give each shard the same --cases: with --budget, each judges as many as it has time for"},
    {"filters", [](const Report& r) { return "'" + r.filters + "'"; }, one_run},
    {"source", [](const Report& r) { return "'" + r.source + "'"; }, one_run},
    {"shard.count", [](const Report& r) { return std::to_string(r.shard.count); }, one_run},
    {"laws", [](const Report& r) { return fmt::format("{}", fmt::join(r.laws, ", ")); }, one_run},
    {"evidence[].kernel", [](const Report& r) { return fmt::format("{}", fmt::join(kernels(r), ", ")); },
     "give shards that ran on machines of the same instruction sets"},
    {"unavailable", [](const Report& r) { return fmt::format("{}", fmt::join(unavailable(r), ", ")); },
     "give shards that ran on machines of the same instruction sets"},
    {"power", [](const Report& r) { return fmt::format("{}", fmt::join(readings(r), ", ")); }, one_run},
};

std::string shortened(const std::string& text) { return text.size() <= 160 ? text : text.substr(0, 160) + ".."; }

Status belong_together(const std::vector<NamedReport>& shards) {
  const NamedReport& first = shards.front();
  for (const NamedReport& shard : shards)
    for (const Common& common : all_common) {
      const std::string one = common.of(first.report), other = common.of(shard.report);
      if (one != other)
        return Error{fmt::format("{} is {}, in {} it is {}", common.field, shortened(other), first.name, shortened(one)),
                     shard.name, common.right};
    }
  return ok();
}

Status whole(const NamedReport& shard) {
  const Report& report = shard.report;
  if (report.interrupted) return Error{"interrupted is true: it is not all of its shard", shard.name, "run it again, to its end"};
  if (report.laws.empty()) return Error{"laws has none", shard.name, "give a report that --json wrote"};
  const std::int64_t right = shard_cases(report.shard, std::int64_t(report.laws.size()), report.cases);
  if (report.share != right)
    return Error{fmt::format("shard.cases is {}: it is not all of its shard", report.share), shard.name,
                 fmt::format("{} would be right; give --cases, and no --fail-fast", right)};
  return ok();
}

// By index; each once, and all there.
Status all_there(const std::vector<NamedReport>& shards) {
  for (std::size_t k = 1; k < shards.size(); ++k)
    if (shards[k].report.shard.index == shards[k - 1].report.shard.index)
      return Error{fmt::format("shard.index is {}, and so it is in {}", shards[k].report.shard.index, shards[k - 1].name),
                   shards[k].name, "give each shard once"};
  const std::int64_t count = shards.front().report.shard.count;
  std::vector<std::string> missing;
  std::size_t k = 0;
  for (std::int64_t index = 1; index <= count; ++index) {
    if (k < shards.size() && shards[k].report.shard.index == index)
      ++k;
    else if (missing.size() < 8)
      missing.push_back(fmt::format("{}/{}", index, count));
  }
  if (missing.empty()) return ok();
  const std::size_t left = std::size_t(count) - shards.size() - missing.size();
  return Error{
      fmt::format("shard {} is not there{}", fmt::join(missing, ", "), left > 0 ? fmt::format(", and {} more", left) : ""), "",
      "give the reports of all shards"};
}

// The first of each kernel and law, by number; those of one case are of one shard, and stay in its order.
std::vector<Finding> first_findings(const std::vector<NamedReport>& shards) {
  std::multimap<std::int64_t, const Finding*> by_number;
  for (const NamedReport& shard : shards)
    for (const Finding& finding : shard.report.findings) by_number.emplace(finding.case_number, &finding);
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<Finding> first;
  for (const auto& [number, finding] : by_number)
    if (seen.emplace(finding->kernel, finding->law).second) first.push_back(*finding);
  return first;
}

void add(Report& sum, const Report& part) {
  for (const auto& [kernel, by_law] : part.evidence)
    for (const auto& [law, evidence] : by_law) add(sum.evidence[kernel][law], evidence);
  for (const Machine& machine : part.machines)
    if (std::find(sum.machines.begin(), sum.machines.end(), machine) == sum.machines.end()) sum.machines.push_back(machine);
  sum.given_up.insert(sum.given_up.end(), part.given_up.begin(), part.given_up.end());
  sum.share += part.share;
  if (!sum.power) return;
  for (const auto& [reading, cases] : part.power->cases)
    sum.power->cases[reading] = std::min(sum.power->cases[reading] + cases, power_enough);
}

}  // namespace

Result<Report> merge(std::vector<NamedReport> shards) {
  if (shards.empty()) return Error{"no report was given", "", "give the reports of all shards"};
  if (const Status together = belong_together(shards); !together) return together.error();
  for (const NamedReport& shard : shards)
    if (const Status status = whole(shard); !status) return status.error();
  std::sort(shards.begin(), shards.end(), [](const NamedReport& a, const NamedReport& b) {
    return std::pair(a.report.shard.index, a.name) < std::pair(b.report.shard.index, b.name);
  });
  if (const Status status = all_there(shards); !status) return status.error();
  Report merged = shards.front().report;
  merged.shard = {1, 1};
  for (std::size_t k = 1; k < shards.size(); ++k) add(merged, shards[k].report);
  merged.findings = first_findings(shards);
  std::sort(merged.given_up.begin(), merged.given_up.end(), [](const GivenUp& a, const GivenUp& b) {
    return std::tie(a.case_number, a.kernel) < std::tie(b.case_number, b.kernel);
  });
  return merged;
}

}  // namespace boresight::properties
