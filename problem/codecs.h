// Codecs: one field's value as text and back, for the table of words. Each has print(value) and parse(text), and
// parse(print(value)) is the value; text that it can't read gives nothing.
#pragma once

#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "problem/case.h"

namespace boresight {

using Pair = std::pair<std::int64_t, std::int64_t>;

// Shortest text that reads back as the same number, in any locale.
template <class T>
std::string number_text(T value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

// The same texts as std::from_chars takes, by the C library. The locale is C's: no program here sets another.
inline std::optional<double> read_by_strtod(std::string_view text) {
  if (text.empty() || text.front() == '+' || std::isspace(static_cast<unsigned char>(text.front()))) return std::nullopt;
  if (text.find_first_of("xX") != text.npos) return std::nullopt;  // hexadecimal
  const std::string copy(text);
  char* end = nullptr;
  errno = 0;
  const double value = std::strtod(copy.c_str(), &end);
  const bool out_of_range = errno == ERANGE && (value == 0 || std::isinf(value));
  return end == copy.c_str() + copy.size() && !out_of_range ? std::optional(value) : std::nullopt;
}

template <class T>
std::optional<T> read_number(std::string_view text) {
  T value{};
  if constexpr (requires { std::from_chars(text.data(), text.data(), value); }) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  } else {
    return read_by_strtod(text);  // a C++ library whose from_chars reads only integers, as clang's does before version 20
  }
}

template <class T>
struct Number {
  using Value = T;
  static std::string print(T value) { return number_text(value); }
  static std::optional<T> parse(std::string_view text) { return read_number<T>(text); }
};

struct OptionalNumber {
  using Value = std::optional<double>;
  static std::string print(const Value& value) { return number_text(*value); }
  static std::optional<Value> parse(std::string_view text) {
    const std::optional<double> value = read_number<double>(text);
    return value ? std::optional<Value>(value) : std::nullopt;
  }
};

// Two numbers with a separator; one alone stands for {it, it}.
template <char separator>
struct Two {
  using Value = Pair;
  static std::string print(Pair value) {
    if (value.first == value.second && separator == '/') return number_text(value.first);
    return number_text(value.first) + separator + number_text(value.second);
  }
  static std::optional<Pair> parse(std::string_view text) {
    const std::size_t at = text.find(separator);
    if (at == text.npos && separator != '/') return std::nullopt;
    const auto first = read_number<std::int64_t>(text.substr(0, at));
    const auto second = at == text.npos ? first : read_number<std::int64_t>(text.substr(at + 1));
    return first && second ? std::optional<Pair>({*first, *second}) : std::nullopt;
  }
};

struct WindowSides {
  using Value = Window;
  static std::string print(const Window& window) {
    return number_text(window.left) + (window.right == unlimited ? "" : "," + number_text(window.right));
  }
  static std::optional<Window> parse(std::string_view text) {
    const std::size_t at = text.find(',');
    const auto left = read_number<std::int64_t>(text.substr(0, at));
    const auto right = at == text.npos ? std::optional(unlimited) : read_number<std::int64_t>(text.substr(at + 1));
    return left && right ? std::optional(Window{*left, *right}) : std::nullopt;
  }
};

// One of a list of names, as the value (an enumeration or bool) of the same index.
template <class T, const auto& names>
struct Choice {
  using Value = T;
  static std::string print(T value) { return std::string(names[std::size_t(value)]); }
  static std::optional<T> parse(std::string_view text) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == text) return T(i);
    return std::nullopt;
  }
};

struct Text {
  using Value = std::string;
  static std::string print(const std::string& value) { return value; }
  static std::optional<std::string> parse(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(std::string(text));
  }
};

struct MaskText {
  using Value = Mask;
  static std::string print(const Mask& mask) {
    switch (mask.kind) {
      case Mask::Kind::absent:
        return "";
      case Mask::Kind::density:
        return number_text(mask.density);
      case Mask::Kind::prefix:
        return "prefix:" + number_text(mask.count);
      case Mask::Kind::suffix:
        return "suffix:" + number_text(mask.count);
      case Mask::Kind::bits: {
        std::string text = "0b";
        for (const bool bit : mask.bits) text += bit ? '1' : '0';
        return text;
      }
    }
    return "";
  }
  static std::optional<Mask> parse(std::string_view text) {
    Mask mask;
    if (text.starts_with("0b")) {
      mask.kind = Mask::Kind::bits;
      for (const char digit : text.substr(2)) {
        if (digit != '0' && digit != '1') return std::nullopt;
        mask.bits.push_back(digit == '1');
      }
      return mask;
    }
    const bool prefix = text.starts_with("prefix:");
    if (prefix || text.starts_with("suffix:")) {
      const auto count = read_number<std::int64_t>(text.substr(7));
      if (!count) return std::nullopt;
      mask.kind = prefix ? Mask::Kind::prefix : Mask::Kind::suffix;
      mask.count = *count;
      return mask;
    }
    const auto density = read_number<double>(text);
    if (!density) return std::nullopt;
    mask.kind = Mask::Kind::density;
    mask.density = *density;
    return mask;
  }
};

// Only what the kind uses.
inline Mask settled(const Mask& mask) {
  Mask result;
  result.kind = mask.kind;
  if (mask.kind == Mask::Kind::density) result.density = mask.density;
  if (mask.kind == Mask::Kind::prefix || mask.kind == Mask::Kind::suffix) result.count = mask.count;
  if (mask.kind == Mask::Kind::bits) result.bits = mask.bits;
  return result;
}

}  // namespace boresight
