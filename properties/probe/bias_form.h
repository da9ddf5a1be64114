// Which form a recovered bias has: one that gives every level of a head within its interval. An ALiBi line of some slope and
// origin, with or without the absolute value, over persistent columns or not; none at all; another head's; the right one
// reversed or stretched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "problem/tensors.h"
#include "properties/probe/plumb.h"

namespace boresight::properties::probe {

struct Recovered {
  const Problem& problem;
  const Tensors& tensors;  // those of the case
  const Plumb& plumb;
  const HeadPlumb& head(std::int64_t b, std::int64_t h) const { return plumb.heads[std::size_t(b * problem.heads + h)]; }
};

// What stands after "bias(i, c) = " for one head; nothing where no form fits.
std::optional<std::string> recovered_form(const Recovered& recovered, std::int64_t b, std::int64_t h);
std::string right_form(const Recovered& recovered, std::int64_t b, std::int64_t h);

}  // namespace boresight::properties::probe
