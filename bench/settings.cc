#include "bench/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include "problem/emulated.h"
#include "problem/registry.h"

namespace boresight::bench {
namespace {

// The flag's value, "" where none follows it; nothing where the flag is not given.
std::optional<std::string> take(int& argc, char** argv, std::string_view flag) {
  for (int at = 1; at < argc; ++at) {
    std::string_view word = argv[at];
    if (!word.starts_with(flag)) continue;
    word.remove_prefix(flag.size());
    if (!word.empty() && word.front() != '=') continue;
    const bool apart = word.empty();
    const std::string value = apart ? (at + 1 < argc ? argv[at + 1] : "") : std::string(word.substr(1));
    const int words = apart ? 2 : 1;
    std::copy(argv + std::min(at + words, argc), argv + argc, argv + at);
    argc = std::max(argc - words, at);
    return value;
  }
  return std::nullopt;
}

template <class Number>
bool read(std::string_view text, Number least, Number most, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= least && number <= most;
}

// "1,2"
bool read(std::string_view text, std::vector<int>& numbers) {
  numbers.clear();
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    if (!read(text.substr(0, comma), 1, 1024, numbers.emplace_back())) return false;
    more = comma != text.npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return true;
}

std::set<std::string> sets_here() {
  std::set<std::string> sets;
  for (const Kernel& kernel : registered_kernels())
    if (kernel.unavailable.empty() && !is_emulated(kernel)) sets.insert(kernel.instruction_set);
  return sets;
}

Error wrong(const char* flag, const std::string& value, std::string right) {
  return {fmt::format("'{}' is not understood", value), flag, std::move(right)};
}

}  // namespace

Result<Settings> take_settings(int& argc, char** argv) {
  Settings settings;
  if (const auto value = take(argc, argv, "--threads"))
    if (!read(*value, settings.threads)) return wrong("--threads", *value, "numbers from 1 to 1024, such as 1,2");
  if (const auto value = take(argc, argv, "--seconds"))
    if (!read(*value, 1e-6, 1e6, settings.seconds)) return wrong("--seconds", *value, "0.000001 to 1000000");
  if (const auto value = take(argc, argv, "--set")) {
    const std::set<std::string> sets = sets_here();
    if (!sets.contains(*value)) return wrong("--set", *value, fmt::format("kernels here have {}", fmt::join(sets, ", ")));
    settings.instruction_set = *value;
  }
  return settings;
}

}  // namespace boresight::bench
