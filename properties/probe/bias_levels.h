// What is known of one head's bias: every element that shows, also where the right one is hidden. Asked by whoever looks for
// the form of a bias: does this one give all levels, and what slopes and origins may a line through them have?
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "problem/problem.h"
#include "properties/probe/plumb.h"
#include "properties/probe/rows.h"

namespace boresight::properties::probe {

class BiasLevels {
 public:
  BiasLevels(const Problem& problem, const HeadPlumb& head) : problem_(problem), head_(head) {}

  // bias(i, c) gives all levels, up to a constant a row.
  template <class Bias>
  bool fit(Bias bias) const {
    for (std::int64_t i = 0; i < problem_.queries; ++i)
      if (constant(i, bias).empty()) return false;
    return true;
  }

  // Slopes that lines of these levels may have, from column `first` on: of the longest fall to or from a row's peak, which
  // knows it best, and of the steepest neighbours.
  std::vector<double> slopes(std::int64_t first) const;

  // Where a kink may be, as the column that row 0 stands on.
  std::set<std::int64_t> origins(std::int64_t first, double slope) const;

 private:
  // What row i's constant is, by all that shows of it.
  template <class Bias>
  Common constant(std::int64_t i, Bias bias) const {
    Common common;
    if (!head_.rest.empty()) common.add(rest_constant(i));
    for (std::int64_t c = 0; c < problem_.columns(); ++c)
      if (shows(i, c))
        common.add({level(i, c) + head_.low(i, c) - head_.offset(i, c) - bias(i, c),
                    level(i, c) + head_.high(i, c) - head_.offset(i, c) - bias(i, c)});
    return common;
  }
  Interval rest_constant(std::int64_t i) const;

  bool shows(std::int64_t i, std::int64_t c) const { return head_.at(i, c) == Seen::visible; }
  double level(std::int64_t i, std::int64_t c) const { return head_.recovered(i, c); }
  std::int64_t peak(std::int64_t i, std::int64_t first) const;
  double steepest_step(std::int64_t first) const;
  double longest_slope(std::int64_t first) const;
  void add_origins_by_zero(std::int64_t i, std::int64_t first, double slope, std::set<std::int64_t>& found) const;

  const Problem& problem_;
  const HeadPlumb& head_;
};

}  // namespace boresight::properties::probe
