// The sizes that a test runs at: queries x keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "problem/result.h"

namespace boresight::properties::lint {

struct Size {
  std::int64_t queries = 0, keys = 0;  // keys: memories and segment
  bool operator==(const Size&) const = default;
};

// "113x203".
Result<Size> parse_size(std::string_view text);
std::string text(const Size& size);

// "64x512,113x203".
Result<std::vector<Size>> parse_sizes(std::string_view text);

}  // namespace boresight::properties::lint
