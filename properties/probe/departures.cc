#include "properties/probe/departures.h"

namespace boresight::properties::probe {
namespace {

void count(Departures& found, const RowReading& row) {
  for (const Departure departure : row.columns) {
    found.levels += departure == Departure::level;
    found.hidden += departure == Departure::hidden;
    found.visible += departure == Departure::visible;
    found.broken += departure == Departure::broken;
    found.unknown += departure == Departure::unknown;
  }
  found.rests += row.rest;
  found.rows_departing += row.departs();
}

}  // namespace

Departures departures(const Plumb& plumb) {
  Departures found;
  for (const HeadPlumb& head : plumb.heads) {
    std::vector<RowReading>& rows = found.rows.emplace_back();
    for (std::int64_t i = 0; i < head.right.rows(); ++i) {
      rows.push_back(read_row(head, i));
      count(found, rows.back());
    }
  }
  return found;
}

}  // namespace boresight::properties::probe
