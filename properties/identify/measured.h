// What a kernel gives away of each aspect, measured and in words: the bias form and slopes as recovered, who sees whom, the
// window's edges as numbers, which kv head a query head reads. Each is read off outputs by the probe (properties/probe).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "properties/identify/sights.h"

namespace boresight::properties::identify {

struct Measured {
  std::string_view aspect;
  std::string words;
  bool departs = false;  // from what is right; in a row that is as specified, what another row has does that
};

std::vector<Measured> measure(const Kernel& kernel, const Fitting& fitting);

}  // namespace boresight::properties::identify
