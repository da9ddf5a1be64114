// Which readings, together, explain all that a kernel was seen to do: the fewest that do, those first that explain the most.
// A reading is excluded where it would have shown and the kernel computed something else; readings that explain the same are
// one set. Where no reading explains what is left that holds in every case, one is taken that holds in some: a kernel may misread
// for one kind of bias, or on one path, alone.
#pragma once

#include <cstddef>
#include <vector>

#include "properties/identify/sights.h"

namespace boresight::properties::identify {

using Indices = std::vector<std::size_t>;  // of sights, or of what was found

struct Found {
  // Each with the number that fits, where it is one of a family; they explain the same. The first is taken for all.
  std::vector<const readings::Reading*> alike;
  Indices sights;           // that it explains, alone or with others that were found
  Indices not_on;           // where it would show, and the kernel is as specified: it is followed in part
  bool documented = false;  // by the kernel
};

struct Resolution {
  std::vector<Found> found;
  std::vector<Indices> together;  // of each sight: those of `found` that explain it together; none where it agrees
  Indices unexplained;            // sights that depart otherwise
  // Under those of `found` that explain a sight.
  readings::Decisions decisions(const Sights& sights, std::size_t sight) const;
};

Resolution resolve(const Sights& sights, const Kernel& kernel);

// The sights that exclude a reading, at most `most`, those of its own aspect first.
Indices excluding(const readings::Reading& reading, const Sights& sights, const Resolution& resolution, std::size_t most);

}  // namespace boresight::properties::identify
