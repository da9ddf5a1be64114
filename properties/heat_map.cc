#include "properties/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "properties/probe/departures.h"

namespace boresight::properties {
namespace {

using probe::Departure;
using probe::Departures;
using probe::HeadPlumb;
using probe::Plumb;
using probe::RowReading;
using probe::Seen;
using Index = std::int64_t;

// Multiplications: a twentieth of a second for each finding's drawn case, a second at most for its smallest.
constexpr double work_max_drawn = 1e7, work_max_smallest = 2e8;

bool departs(Departure departure) { return departure != Departure::none && departure != Departure::unknown; }

Index departing(const RowReading& row) { return row.rest + std::count_if(row.columns.begin(), row.columns.end(), departs); }

Index departing(const std::vector<RowReading>& rows) {
  Index sum = 0;
  for (const RowReading& row : rows) sum += departing(row);
  return sum;
}

// Where a window of `width` begins that holds the most; of several the first.
Index best_window(const std::vector<Index>& counts, Index width) {
  Index held = 0, most = -1, first = 0;
  for (Index at = 0; at < Index(counts.size()); ++at) {
    held += counts[std::size_t(at)];
    if (at >= width) held -= counts[std::size_t(at - width)];
    const bool whole = at + 1 >= std::min(width, Index(counts.size()));
    if (whole && held > most) most = held, first = std::max<Index>(0, at + 1 - width);
  }
  return first;
}

// Six digits: what a drawing can show, and what different compilers agree on.
double rounded(double level) {
  const double close = std::strtod(fmt::format("{:.6g}", level).c_str(), nullptr);
  return std::abs(close) < 1e-12 ? 0 : close;
}

HeatCell cell_of(const HeadPlumb& head, const RowReading& row, Index i, Index c) {
  HeatCell cell;
  if (head.right_visible(i, c)) cell.right = rounded(head.right(i, c) - (row.anchor < 0 ? 0 : head.right(i, row.anchor)));
  cell.seen = head.at(i, c);
  if (cell.seen == Seen::visible)
    cell.recovered = rounded(head.recovered(i, c) - (row.anchor < 0 ? 0 : head.recovered(i, row.anchor)));
  if (cell.seen == Seen::visible && !std::isfinite(cell.recovered)) cell.seen = Seen::broken;
  const Departure departure = row.columns[std::size_t(c)];
  cell.agrees = departs(departure) ? Agrees::no : departure == Departure::unknown ? Agrees::unknown : Agrees::yes;
  return cell;
}

// Rows that hold the most, then columns that hold the most of these.
HeatMap map_of(const HeadPlumb& head, const std::vector<RowReading>& rows) {
  HeatMap map;
  map.head_rows = head.right.rows(), map.head_columns = head.right.cols();
  std::vector<Index> by_row, by_column(std::size_t(map.head_columns), 0);
  for (const RowReading& row : rows) by_row.push_back(departing(row));
  map.first_row = best_window(by_row, heat_map_rows_max);
  const Index end = std::min(map.head_rows, map.first_row + heat_map_rows_max);
  for (Index i = map.first_row; i < end; ++i)
    for (Index c = 0; c < map.head_columns; ++c)
      by_column[std::size_t(c)] += departs(rows[std::size_t(i)].columns[std::size_t(c)]);
  map.first_column = best_window(by_column, heat_map_columns_max);
  for (Index i = map.first_row; i < end; ++i) {
    const RowReading& row = rows[std::size_t(i)];
    HeatRow& kept = map.rows.emplace_back(HeatRow{row.anchor, row.rest, {}});
    for (Index c = map.first_column; c < std::min(map.head_columns, map.first_column + heat_map_columns_max); ++c) {
      kept.cells.push_back(cell_of(head, row, i, c));
      map.departing += kept.cells.back().agrees == Agrees::no;
    }
    map.departing += row.rest;
  }
  return map;
}

HeatMap none(std::string why) {
  HeatMap map;
  map.none = std::move(why);
  return map;
}

HeatMap probed(const Case& a_case, const Kernel& kernel, double work_max) {
  if (!(probe::plumb_work(a_case.problem) <= work_max)) return none("the case is too large to probe here");
  const Plumb seen = probe::plumb(a_case, kernel);
  if (!seen.refused.empty()) return none("not probed: " + seen.refused);
  const Departures found = probe::departures(seen);
  if (!found.any()) return none("the probe sees no departure: the mistake is not in the bias or the mask");
  const auto fewer = [](const auto& a, const auto& b) { return departing(a) < departing(b); };
  const Index worst = std::max_element(found.rows.begin(), found.rows.end(), fewer) - found.rows.begin();
  HeatMap map = map_of(seen.heads[std::size_t(worst)], found.rows[std::size_t(worst)]);
  map.b = worst / a_case.problem.heads, map.h = worst % a_case.problem.heads;
  for (const auto& rows : found.rows) map.departing_all += departing(rows);
  return map;
}

}  // namespace

HeatMap heat_map(const Case& drawn, const Case& smallest, const Kernel& kernel) {
  HeatMap map = probed(drawn, kernel, work_max_drawn);
  map.of_drawn = map.none.empty();
  return map.of_drawn ? map : probed(smallest, kernel, work_max_smallest);
}

}  // namespace boresight::properties
