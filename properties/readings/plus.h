// A whole number as the end of a sum in words: " + 5", " - 5", or nothing.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace boresight::properties {

inline std::string plus(std::int64_t x) { return x == 0 ? "" : fmt::format(" {} {}", x < 0 ? '-' : '+', std::abs(x)); }

}  // namespace boresight::properties
