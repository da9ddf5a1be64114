// Shell-like name patterns: * any run of characters, ? any one. Several patterns may be joined by commas.
#pragma once

#include <string_view>

namespace boresight::properties {

inline bool matches_one(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') return matches_one(pattern.substr(1), name) || (!name.empty() && matches_one(pattern, name.substr(1)));
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) && matches_one(pattern.substr(1), name.substr(1));
}

inline bool matches(std::string_view patterns, std::string_view name) {
  while (true) {
    const std::size_t comma = patterns.find(',');
    if (matches_one(patterns.substr(0, comma), name)) return true;
    if (comma == std::string_view::npos) return false;
    patterns.remove_prefix(comma + 1);
  }
}

}  // namespace boresight::properties
