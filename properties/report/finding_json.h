// A finding as JSON, the same in every report for programs (properties/report/README.md).
#pragma once

#include <nlohmann/json.hpp>

#include "properties/campaign.h"

namespace boresight::properties {

nlohmann::ordered_json finding_json(const Finding& finding);

// JSON has no NaN and no infinity; they go in as words.
nlohmann::ordered_json number_json(double value);

}  // namespace boresight::properties
