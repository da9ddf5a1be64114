// The aspects of a semantic card: what one asks of a kernel that somebody else wrote. One list, a row each: the specification's
// convention in words, the readings that take it otherwise, and small cases that isolate it. Every reading belongs to one aspect.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "properties/readings/table.h"

namespace boresight::properties::identify {

struct Aspect {
  std::string_view name;
  std::string_view convention;          // of the specification
  std::vector<std::string_view> kinds;  // of readings; those that another row names by id are not meant
  std::vector<std::string_view> ids;    // of readings, whatever their kind
  // Tokens, those of the fewest features first: a reading is asked where it shows first, so that a kernel that misreads
  // something else is not in its way.
  std::vector<std::string_view> scenes;
};

std::span<const Aspect> aspects();

// The rows that claim a reading: by its id, else by its kind. One, as a test holds.
std::vector<std::size_t> claimed_by(const readings::Reading& reading);

// The first of them.
std::size_t aspect_of(const readings::Reading& reading);

}  // namespace boresight::properties::identify
