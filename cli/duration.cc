#include "cli/duration.h"

#include <charconv>
#include <string_view>

namespace boresight::cli {

double seconds_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, text.data() + text.size());
  if (error != std::errc() || !(value > 0 && value < 1e9)) return 0;
  if (unit.empty() || unit == "s") return value;
  if (unit == "ms") return value / 1000;
  if (unit == "m") return value * 60;
  return unit == "h" ? value * 3600 : 0;
}

}  // namespace boresight::cli
