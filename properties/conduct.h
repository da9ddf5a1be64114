// What a kernel does that is no mistake about attention at all: it remembers, guesses, looks at its neighbours, never computes.
// A diagnosis asks this where no reading explains a failure. One table, a row a conduct.
#pragma once

#include <span>
#include <string_view>

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::properties {

struct Conduct {
  std::string_view id;
  std::string_view words;  // what it does
  bool (*shows)(const Case& a_case, const Kernel& kernel);
};

// In order of preference.
std::span<const Conduct> conducts();

// The first that shows on a plain case of this kind, with more rows and values that tell, or on this one where the kernel takes
// no other; null: none.
const Conduct* conduct_of(const Case& a_case, const Kernel& kernel);

}  // namespace boresight::properties
