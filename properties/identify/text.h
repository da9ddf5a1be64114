// A card for a terminal of 120 columns, and as JSON (properties/identify/README.md has its fields).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "properties/identify/card.h"

namespace boresight::properties::identify {

// Lines, each indented by two; the same for kernels that answer the same.
std::string text(const Card& card);

// How many rows are which, in one line.
std::string summary(const Card& card);

nlohmann::ordered_json json(const Card& card);

}  // namespace boresight::properties::identify
