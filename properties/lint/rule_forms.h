// The one table of kinds of rules: how each is written, what it means, and how it judges.
#pragma once

#include <span>

#include "properties/lint/rule.h"

namespace boresight::properties::lint {

// Numbers in brackets: `least` to `most` of them, named as in `numbers`.
struct Form {
  const char* name;
  const char* numbers;
  int least, most;
  const char* meaning;
  double (*ratio)(const Elements& elements, double a, double b);
  bool eager = false, weighed = false, bound = false;
};

std::span<const Form> forms();

}  // namespace boresight::properties::lint
