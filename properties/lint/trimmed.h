// What a person types between commas and brackets, without the blanks around it.
#pragma once

#include <string_view>

namespace boresight::properties::lint {

inline std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace boresight::properties::lint
