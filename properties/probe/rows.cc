#include "properties/probe/rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace boresight::properties::probe {
namespace {

struct Member {
  std::int64_t column;  // K: what no column gets
  Interval interval;
};

std::vector<Member> members(const HeadPlumb& head, std::int64_t i) {
  std::vector<Member> found;
  for (std::int64_t c = 0; c < head.right.cols(); ++c)
    if (head.at(i, c) == Seen::visible && head.right_visible(i, c)) found.push_back({c, {head.low(i, c), head.high(i, c)}});
  if (!head.rest.empty()) found.push_back({head.right.cols(), head.rest[std::size_t(i)]});
  return found;
}

// The value that lies in the most intervals; of several, one in the interval of the last column.
double most_common(const std::vector<Member>& of) {
  struct Edge {
    double at;
    bool ends;
    std::int64_t column;
  };
  std::vector<Edge> edges;
  for (const Member& m : of)
    edges.push_back({m.interval.low, false, m.column}), edges.push_back({m.interval.high, true, m.column});
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.at != b.at ? a.at < b.at : a.ends < b.ends; });
  double best = 0;
  std::int64_t count = 0, most = 0, last = -1;
  for (const Edge& edge : edges) {
    count += edge.ends ? -1 : 1;
    if (edge.ends || !std::isfinite(edge.at)) continue;
    if (count > most || (count == most && edge.column > last)) best = edge.at, most = count, last = edge.column;
  }
  return best;
}

}  // namespace

bool RowReading::departs() const {
  return rest ||
         std::any_of(columns.begin(), columns.end(), [](Departure d) { return d != Departure::none && d != Departure::unknown; });
}

RowReading read_row(const HeadPlumb& head, std::int64_t i) {
  RowReading row;
  const std::int64_t K = head.right.cols();
  const std::vector<Member> seen = members(head, i);
  const double shared = most_common(seen);
  Interval anchor{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (const Member& m : seen) {
    const bool narrower = row.anchor < 0 || m.interval.high - m.interval.low < anchor.high - anchor.low;
    if (m.interval.low <= shared && shared <= m.interval.high && narrower) row.anchor = m.column, anchor = m.interval;
  }
  row.columns.assign(std::size_t(K), Departure::none);
  for (std::int64_t c = 0; c < K; ++c) {
    const Seen got = head.at(i, c);
    const bool right = head.right_visible(i, c);
    Departure& departure = row.columns[std::size_t(c)];
    if (got == Seen::broken) departure = Departure::broken;
    if (got == Seen::below_reach) departure = Departure::unknown;
    if (got == Seen::hidden && right) departure = Departure::hidden;
    if (got == Seen::visible && !right) departure = Departure::visible;
    if (got == Seen::visible && right && !anchor.meets({head.low(i, c), head.high(i, c)})) departure = Departure::level;
  }
  row.rest = !head.rest.empty() && row.anchor >= 0 && !anchor.meets(head.rest[std::size_t(i)]);
  if (row.anchor == K) {  // a column is easier to show: the narrowest that agrees
    row.anchor = -1;
    for (const Member& m : seen)
      if (m.column < K && row.columns[std::size_t(m.column)] == Departure::none) row.anchor = m.column;
  }
  return row;
}

void Common::add(const Interval& interval) {
  low_ = std::max(low_, interval.low);
  high_ = std::min(high_, interval.high);
}

}  // namespace boresight::properties::probe
