// Every number of a Report: what parse.cc reads back, so that reports can be merged and shown without a kernel.
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
          {"histogram", e.histogram},
          {"reasons", e.reasons}};
}

Json of(const Machine& machine) {
  return {{"processor", machine.processor},
          {"instruction_sets", machine.instruction_sets},
          {"operating_system", machine.operating_system},
          {"compiler", machine.compiler},
          {"commit", machine.commit}};
}

Json of(const Unavailable& row) { return {{"kernel", row.kernel}, {"instruction_set", row.instruction_set}, {"why", row.why}}; }

Json of(const GivenUp& row) { return {{"kernel", row.kernel}, {"case_number", row.case_number}, {"why", row.why}}; }

template <class Rows>
Json list(const Rows& rows) {
  Json all = Json::array();
  for (const auto& row : rows) all.push_back(of(row));
  return all;
}

}  // namespace

std::string json(const Report& report) {
  Json evidence = Json::array(), findings = Json::array(), ends = Json::array(), power;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) evidence.push_back(of(kernel, law, e));
  for (const Finding& finding : report.findings) findings.push_back(finding_json(finding));
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) ends.push_back(histogram_end(bin));
  if (report.power) power = {{"kernel", report.power->kernel}, {"enough", power_enough}, {"cases", report.power->cases}};
  return file_text({{"schema", report_schema},
                    {"boresight", report.version},
                    {"outcome", outcome(report)},
                    {"seed", report.seed},
                    {"cases", report.cases},
                    {"filters", report.filters},
                    {"source", report.source},
                    {"shard", {{"index", report.shard.index}, {"count", report.shard.count}, {"cases", report.share}}},
                    {"interrupted", report.interrupted},
                    {"machines", list(report.machines)},
                    {"laws", report.laws},
                    {"unavailable", list(report.unavailable)},
                    {"given_up", list(report.given_up)},
                    {"histogram_ends", ends},
                    {"evidence", evidence},
                    {"power", power},
                    {"findings", findings}});
}

}  // namespace boresight::properties
