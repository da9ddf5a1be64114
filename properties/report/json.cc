#include <nlohmann/json.hpp>

#include <cmath>

#include "problem/token.h"
#include "properties/report/report.h"

namespace boresight::properties {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no NaN and no infinity; they go in as words.
Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json place(const Mismatch& m) {
  return {{"tensor", m.lse ? "lse" : "out"},
          {"b", m.b},
          {"h", m.h},
          {"i", m.i},
          {"d", m.d},
          {"expected", number(m.expected)},
          {"got", number(m.got)},
          {"bound", number(m.bound)}};
}

Json of(const Finding& f) {
  Json json = {{"kernel", f.kernel},           {"law", f.law},
               {"case_number", f.case_number}, {"shrinks", f.shrinks},
               {"what", f.verdict.why},        {"reading", f.diagnosis.reading},
               {"why", f.diagnosis.words},     {"drawn", token(f.drawn)},
               {"smallest", token(f.smallest)}};
  if (f.verdict.mismatch) json["where"] = place(*f.verdict.mismatch);
  return json;
}

Json of(const std::string& kernel, const std::string& law, const Evidence& e) {
  return {{"kernel", kernel},
          {"law", law},
          {"passed", e.passed},
          {"failed", e.failed},
          {"skipped", e.skipped},
          {"mistrusted", e.mistrusted},
          {"largest_error_over_bound", number(e.largest)},
          {"reasons", e.reasons}};
}

}  // namespace

std::string json(const Report& report, const std::string& version) {
  Json evidence = Json::array(), findings = Json::array(), unavailable = Json::array();
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) evidence.push_back(of(kernel, law, e));
  for (const Finding& finding : report.findings) findings.push_back(of(finding));
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
