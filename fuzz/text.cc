#include "fuzz/text.h"

#include <algorithm>
#include <charconv>

#include "problem/token.h"
#include "problem/values.h"

namespace boresight::fuzz {
namespace {

constexpr std::string_view between_parts = " | ", spaces = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

}  // namespace

Text split(std::string_view text) {
  Text result;
  for (bool first = true;; first = false) {
    const std::size_t end = text.find('|');
    const std::string_view part = trimmed(text.substr(0, end));
    if (first)
      result.token = part;
    else if (!part.empty() && result.parts.size() < parts_max)
      result.parts.push_back(part);
    if (end == text.npos) return result;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::string_view token, const std::vector<std::string>& parts) {
  std::string text(token);
  for (const std::string& part : parts) text.append(between_parts).append(part);
  return text;
}

std::vector<std::string_view> words_of(std::string_view part, std::size_t most) {
  std::vector<std::string_view> words;
  for (std::size_t at = part.find_first_not_of(spaces); at != part.npos && words.size() < most;) {
    const std::size_t end = std::min(part.find_first_of(spaces, at), part.size());
    words.push_back(part.substr(at, end - at));
    at = part.find_first_not_of(spaces, end);
  }
  return words;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  std::uint64_t bits = 0;
  for (const char letter : text) bits = mix(bits + std::uint8_t(letter));
  return std::int64_t(bits >> 1);
}

}  // namespace boresight::fuzz
