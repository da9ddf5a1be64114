// Numbers in the sentences of a probe.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace boresight::properties::probe {

// As a person would write it: four digits, without those of rounding errors.
inline std::string number(double x) { return fmt::format("{:.4g}", std::abs(x) < 1e-9 ? 0 : x); }

// As it was measured: however small, and NaN without its sign.
inline std::string measured_number(double x) { return fmt::format("{:.4g}", std::isnan(x) ? std::abs(x) : x); }

}  // namespace boresight::properties::probe
