// A finding as JSON, the same in every report for programs (properties/report/README.md).
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "properties/campaign.h"

namespace boresight::properties {

nlohmann::ordered_json finding_json(const Finding& finding);

// JSON has no NaN and no infinity; they go in as words.
nlohmann::ordered_json number_json(double value);

// As a file: indented, lists of plain values on one line. Text that is not UTF-8 is replaced, never thrown at.
std::string file_text(const nlohmann::ordered_json& json);

}  // namespace boresight::properties
