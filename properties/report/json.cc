#include <nlohmann/json.hpp>

#include "properties/report/finding_json.h"
#include "properties/report/report.h"

namespace boresight::properties {
namespace {

using Json = nlohmann::ordered_json;

Json of(const std::string& kernel, const std::string& law, const Evidence& e) {
  return {{"kernel", kernel},
          {"law", law},
          {"passed", e.passed},
          {"failed", e.failed},
          {"skipped", e.skipped},
          {"mistrusted", e.mistrusted},
          {"largest_error_over_bound", number_json(e.largest)},
          {"reasons", e.reasons}};
}

}  // namespace

std::string json(const Report& report, const std::string& version) {
  Json evidence = Json::array(), findings = Json::array(), unavailable = Json::array();
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) evidence.push_back(of(kernel, law, e));
  for (const Finding& finding : report.findings) findings.push_back(finding_json(finding));
  for (const Unavailable& row : report.unavailable) unavailable.push_back(words(row));
  Json power;
  if (report.power) power = {{"kernel", report.power->kernel}, {"enough", power_enough}, {"cases", report.power->cases}};
  const Json whole = {{"schema", 1},
                      {"boresight", version},
                      {"seed", report.seed},
                      {"cases", report.cases},
                      {"shard", {{"index", report.shard.index}, {"count", report.shard.count}, {"cases", report.share}}},
                      {"interrupted", report.interrupted},
                      {"unavailable", unavailable},
                      {"evidence", evidence},
                      {"power", power},
                      {"findings", findings}};
  return whole.dump(2) + "\n";
}

}  // namespace boresight::properties
