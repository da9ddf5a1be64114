// Which readings, together, explain all that a kernel was seen to do: the fewest that do, those first that explain the most.
// A reading is excluded where it would have shown and the kernel computed something else; readings that explain the same are
// one set.
#pragma once

#include <cstddef>
#include <vector>

#include "properties/identify/sights.h"

namespace boresight::properties::identify {

struct Found {
  // Each with the number that fits, where it is one of a family; they explain the same. The first is taken for all.
  std::vector<const readings::Reading*> alike;
  std::vector<std::size_t> sights;  // that it explains, alone or with those found before it
  bool documented = false;          // by the kernel
};

struct Resolution {
  std::vector<Found> found;
  std::vector<std::size_t> unexplained;  // sights that depart otherwise
  readings::Decisions decisions(const Problem& problem) const;
};

Resolution resolve(const Sights& sights, const Kernel& kernel);

// The sights that exclude a reading, at most `most`, those of its own aspect first.
std::vector<std::size_t> excluding(const readings::Reading& reading, const Sights& sights, const Resolution& resolution,
                                   std::size_t most);

}  // namespace boresight::properties::identify
