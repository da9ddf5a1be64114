#include "cli/choose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "problem/nearest.h"
#include "properties/glob.h"

namespace boresight::cli {
namespace {

using Meets = bool (*)(std::string_view pattern, std::string_view name);

// A name that has the word in it, or else the nearest one; empty: none is near.
std::string meant(std::string_view word, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!word.empty() && name.find(word) != std::string::npos) return name;
  const std::vector<std::string_view> views(names.begin(), names.end());
  return std::string(nearest(word, views));
}

Status each_meets(std::string_view called, std::string_view what, std::string_view patterns,
                  const std::vector<std::string>& names, Meets meets) {
  std::string_view unmet;
  const bool some = properties::any_pattern(patterns, [&](std::string_view pattern) {
    unmet = pattern;
    return std::none_of(names.begin(), names.end(), [&](const std::string& name) { return meets(pattern, name); });
  });
  if (!some) return ok();
  const std::string near = meant(unmet, names);
  constexpr std::size_t named_max = 8;
  const std::string rest = names.size() <= named_max ? fmt::format("there are: {}", fmt::join(names, ", "))
                                                     : fmt::format("see boresight list {}s", what);
  return Error{fmt::format("no {} has the name '{}'", what, unmet), std::string(called),
               (near.empty() ? "" : fmt::format("did you mean {}? ", near)) + rest};
}

}  // namespace

Status each_meets(std::string_view called, std::string_view what, std::string_view patterns,
                  const std::vector<std::string>& names) {
  return each_meets(called, what, patterns, names, properties::matches);
}

Result<std::vector<Kernel>> choose_kernels(std::string_view called, std::string_view patterns, const std::vector<Kernel>& from) {
  std::vector<std::string> names;
  for (const Kernel& kernel : from) names.push_back(kernel.name);
  if (const Status status = each_meets(called, "kernel", patterns, names, properties::matches_kernel); !status)
    return status.error();
  std::vector<Kernel> chosen;
  for (const Kernel& kernel : from)
    if (properties::matches_kernel(patterns, kernel.name)) chosen.push_back(kernel);
  return chosen;
}

Result<properties::Shard> choose_shard(const std::string& text) {
  if (const auto shard = properties::parse_shard(text)) return *shard;
  return Error{"no part of a whole", "--shard " + text,
               fmt::format("give K/N with 1 <= K <= N <= {}, such as 1/4", properties::shards_max)};
}

Result<properties::Law> choose_law(const Case& a_case) {
  if (a_case.law.empty()) return properties::agreement();
  if (const properties::Law* law = properties::find_law(a_case.law)) return *law;
  return Error{"no such law", "law=" + a_case.law, "see boresight list laws"};
}

}  // namespace boresight::cli
