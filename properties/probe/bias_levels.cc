#include "properties/probe/bias_levels.h"

#include <algorithm>
#include <cmath>

namespace boresight::properties::probe {

using Index = std::int64_t;

std::vector<double> BiasLevels::slopes(Index first) const { return {longest_slope(first), steepest_step(first)}; }

std::set<Index> BiasLevels::origins(Index first, double slope) const {
  constexpr std::size_t enough = 64;
  std::set<Index> found;
  for (Index i = 0; i < problem_.queries && found.size() <= enough; ++i) {
    if (const Index top = peak(i, first); top >= 0) found.insert(top - i);
    if (slope > 0) add_origins_by_zero(i, first, slope, found);
  }
  return found;
}

// What the zero key and the sink, which have no bias, say about the constant of row i.
Interval BiasLevels::rest_constant(Index i) const {
  const Interval& rest = head_.rest[std::size_t(i)];
  const double base = head_.right_base[std::size_t(i)];
  return {rest.low - base, rest.high - base};
}

// The column of the largest level; -1: none shows.
Index BiasLevels::peak(Index i, Index first) const {
  Index top = -1;
  for (Index c = first; c < problem_.columns(); ++c)
    if (shows(i, c) && (top < 0 || level(i, c) > level(i, top))) top = c;
  return top;
}

double BiasLevels::steepest_step(Index first) const {
  double steepest = 0;
  for (Index i = 0; i < problem_.queries; ++i)
    for (Index c = first + 1; c < problem_.columns(); ++c)
      if (shows(i, c) && shows(i, c - 1)) steepest = std::max(steepest, std::abs(level(i, c) - level(i, c - 1)));
  return steepest;
}

double BiasLevels::longest_slope(Index first) const {
  double slope = 0;
  Index length = 1;
  for (Index i = 0; i < problem_.queries; ++i) {
    const Index top = peak(i, first);
    for (Index c = first; c < problem_.columns() && top >= 0; ++c) {
      if (!shows(i, c) || std::abs(top - c) <= length) continue;
      length = std::abs(top - c);
      slope = (level(i, top) - level(i, c)) / double(length);
    }
  }
  return slope;
}

// Persistent columns may show what 0 is: then a level's distance from it tells how far the kink is.
void BiasLevels::add_origins_by_zero(Index i, Index first, double slope, std::set<Index>& found) const {
  for (Index p = 0; p < first; ++p)
    for (Index c = first; c < std::min(problem_.columns(), first + 2); ++c) {
      if (!shows(i, p) || !shows(i, c)) continue;
      const double away = std::round((level(i, p) - level(i, c)) / slope);
      if (std::abs(away) < 1e9) found.insert({c - i + Index(away), c - i - Index(away)});
    }
}

}  // namespace boresight::properties::probe
