// What the probe's tests have in common: a case from its token, and a kernel from its reading's id.
#pragma once

#include <algorithm>
#include <cassert>
#include <string>

#include "problem/token.h"
#include "properties/readings/misread_kernel.h"

namespace boresight::properties::probe {

inline Case parsed(const std::string& text) {
  const Result<Case> result = parse_token(text);
  assert(result);
  return *result;
}

inline const readings::Reading& reading(const std::string& id) {
  const readings::Reading* const found = readings::find_reading(id);
  assert(found != nullptr);
  return *found;
}

inline Kernel misread(const std::string& id) { return readings::misread_kernel(reading(id)); }

}  // namespace boresight::properties::probe
