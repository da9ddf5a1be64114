// Joins the sections of the table. An override is a function without state. Not here: what no override of one call's
// decisions can say (tiles, splits, strides, caches of earlier calls; zoo.h says how those are held) and what shows nowhere
// by construction (a right window ignored beside causal: delta >= 0 implies it).
#include "properties/readings/table.h"

#include <algorithm>
#include <fmt/format.h>

#include <vector>

#include "properties/readings/sections.h"

namespace boresight::properties::readings {
namespace {

std::vector<Reading> joined() {
  std::vector<Reading> all;
  for (const auto section :
       {bias_origin_readings, bias_value_readings, bias_head_readings, masks_readings, causality_readings, windows_readings,
        visibility_readings, heads_readings, scores_readings, softmax_readings, rotary_readings, xpos_readings, shifts_readings})
    all.insert(all.end(), section().begin(), section().end());
  return all;
}

}  // namespace

std::span<const Reading> all_readings() {
  static const std::vector<Reading> all = joined();
  return all;
}

const Reading* find_reading(std::string_view id) {
  const auto all = all_readings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Reading& reading) { return reading.id == id; });
  return found == all.end() ? nullptr : &*found;
}

Decisions by_the_book(const Problem& problem) {
  Decisions decisions;
  decisions.problem = problem;
  return decisions;
}

Decisions under(const Reading& reading, const Problem& problem) {
  Decisions decisions = by_the_book(problem);
  reading.apply(decisions);
  return decisions;
}

std::span<const Reading> family(const Reading& reading) {
  return reading.family != nullptr ? reading.family() : std::span(&reading, 1);
}

std::string words(const Reading& reading, const Problem& problem) {
  std::string text = reading.words(problem);
  std::string source = reading.source;
  if (source.starts_with("lucidrains/")) source = source.substr(11);
  return source.empty() ? text : fmt::format("{} (as {})", text, source);
}

}  // namespace boresight::properties::readings
