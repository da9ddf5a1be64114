// Where a kernel's bias and mask depart, to be drawn: one head of a case, recovered (properties/probe) beside right, as numbers
// that need neither the kernel nor the case any more. Kept with a finding, in its report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/probe/seen.h"

namespace boresight::properties {

inline constexpr std::int64_t heat_map_rows_max = 24, heat_map_columns_max = 48;

enum class Agrees : std::uint8_t { yes, no, unknown };

// Levels are those of bias above the column `anchor` of their row: a constant a row shows in no output.
struct HeatCell {
  std::optional<double> right;  // nothing: hidden
  probe::Seen seen = probe::Seen::hidden;
  double recovered = 0;  // where seen is visible
  Agrees agrees = Agrees::yes;
};

struct HeatRow {
  std::int64_t anchor = -1;   // -1: no column that both sides see; levels are then as they are
  bool rest_departs = false;  // the weight that no column gets (zero key, sink)
  std::vector<HeatCell> cells;
};

struct HeatMap {
  std::string none;                               // why there is no map; empty: there is one
  bool of_drawn = false;                          // of the case as drawn; else of the smallest
  std::int64_t b = 0, h = 0;                      // the head in which the most departs
  std::int64_t first_row = 0, first_column = 0;   // the window of it that is kept
  std::int64_t head_rows = 0, head_columns = 0;   // of the whole head
  std::int64_t departing = 0, departing_all = 0;  // elements and rests of rows: in the window, in all heads
  std::vector<HeatRow> rows;
  std::int64_t columns() const { return rows.empty() ? 0 : std::int64_t(rows.front().cells.size()); }
};

// Of the drawn case where that is cheap to probe and departs, else of the smallest; or why of neither.
HeatMap heat_map(const Case& drawn, const Case& smallest, const Kernel& kernel);

}  // namespace boresight::properties
