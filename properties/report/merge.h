// Reports read back from their JSON, and those of all shards of one run made into what that run would have reported.
#pragma once

#include <string>
#include <vector>

#include "problem/result.h"
#include "properties/campaign.h"

namespace boresight::properties {

// What json() wrote. A complaint names the field and what would be right.
Result<Report> parse_report(const std::string& text);

struct NamedReport {
  std::string name;  // of its file, for complaints
  Report report;
};

// Refused unless these are the shards of one run, each once, all of them there and whole. At least one.
Result<Report> merge(std::vector<NamedReport> shards);

}  // namespace boresight::properties
