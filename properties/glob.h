// Shell-like name patterns: * any run of characters, ? any one. Several patterns may be joined by commas.
#pragma once

#include <string_view>

namespace boresight::properties {

inline bool matches_one(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') return matches_one(pattern.substr(1), name) || (!name.empty() && matches_one(pattern, name.substr(1)));
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) && matches_one(pattern.substr(1), name.substr(1));
}

// Whether any of the patterns meets `one`.
template <class One>
bool any_pattern(std::string_view patterns, One one) {
  while (true) {
    const std::size_t comma = patterns.find(',');
    if (one(patterns.substr(0, comma))) return true;
    if (comma == std::string_view::npos) return false;
    patterns.remove_prefix(comma + 1);
  }
}

inline bool matches(std::string_view patterns, std::string_view name) {
  return any_pattern(patterns, [&](std::string_view pattern) { return matches_one(pattern, name); });
}

// The same for kernels, whose names may end in an instruction set: a pattern without '@' also means a kernel for all of its
// instruction sets, so that simd/flash is simd/flash@avx2, simd/flash@avx3 and so on.
inline bool matches_kernel(std::string_view patterns, std::string_view kernel) {
  const std::string_view family = kernel.substr(0, kernel.find('@'));
  return any_pattern(patterns, [&](std::string_view pattern) {
    return matches_one(pattern, kernel) || (pattern.find('@') == std::string_view::npos && matches_one(pattern, family));
  });
}

}  // namespace boresight::properties
