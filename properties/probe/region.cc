#include "properties/probe/region.h"
#include "properties/readings/plus.h"

#include <fmt/format.h>

#include <algorithm>

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;

std::string range(const char* name, Index first, Index last) {
  return first == last ? fmt::format("{} = {}", name, first) : fmt::format("{} = {}..{}", name, first, last);
}

struct Region {
  Index count = 0, first_row = 0, last_row = -1, first_column = 0, last_column = -1;
  Index least = 0, most = 0;  // of c - i
};

Region region_of(Index rows, Index columns, const Wanted& in) {
  Region r;
  for (Index i = 0; i < rows; ++i)
    for (Index c = 0; c < columns; ++c) {
      if (!in(i, c)) continue;
      if (r.count++ == 0) r = {1, i, i, c, c, c - i, c - i};
      r.last_row = i;
      r.first_column = std::min(r.first_column, c), r.last_column = std::max(r.last_column, c);
      r.least = std::min(r.least, c - i), r.most = std::max(r.most, c - i);
    }
  return r;
}

// All that could be in the set and lies where `place` says is in it.
bool full(Index rows, Index columns, const Wanted& in, const Wanted& could, const Wanted& place) {
  for (Index i = 0; i < rows; ++i)
    for (Index c = 0; c < columns; ++c)
      if (place(i, c) && could(i, c) && !in(i, c)) return false;
  return true;
}

}  // namespace

std::string where(Index rows, Index columns, const Wanted& in, const Wanted& could) {
  const Region r = region_of(rows, columns, in);
  const Region all = region_of(rows, columns, could);
  const bool every_row = r.first_row == all.first_row && r.last_row == all.last_row;
  std::string cs = r.first_column == r.last_column ? fmt::format("c = {}", r.first_column)
                   : r.last_column == all.last_column && r.first_column == all.first_column ? "every column"
                   : r.last_column == all.last_column   ? fmt::format("c >= {}", r.first_column)
                   : r.first_column == all.first_column ? fmt::format("c <= {}", r.last_column)
                                                        : fmt::format("c = {}..{}", r.first_column, r.last_column);
  const std::string is = every_row ? std::string(rows == 1 ? "the row" : "every row") : range("row i", r.first_row, r.last_row);
  const auto boxed = [&](Index i, Index c) {
    return i >= r.first_row && i <= r.last_row && c >= r.first_column && c <= r.last_column;
  };
  if (full(rows, columns, in, could, boxed)) return fmt::format("{} in {}", cs, is);
  const auto diagonal = [&](Index least, Index most) {
    return full(rows, columns, in, could, [&](Index i, Index c) { return c - i >= least && c - i <= most; });
  };
  if (r.least == r.most && diagonal(r.least, r.most)) return fmt::format("c = i{}", plus(r.least));
  if (diagonal(r.least, columns)) return fmt::format("c >= i{}", plus(r.least));
  if (diagonal(-rows, r.most)) return fmt::format("c <= i{}", plus(r.most));
  if (diagonal(r.least, r.most)) return fmt::format("i{} <= c <= i{}", plus(r.least), plus(r.most));
  const Region possible = region_of(rows, columns, [&](Index i, Index c) { return boxed(i, c) && could(i, c); });
  return fmt::format("{} of {} elements ({}, {})", r.count, possible.count, cs, is);
}

}  // namespace boresight::properties::probe
