// The one table of public test suites: what each feeds an attention kernel, at which sizes, and when it accepts. Written down
// from their own sources; `says` is what they do, the other fields are how it is modelled here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "problem/type.h"

namespace boresight::properties::lint {

struct Suite {
  const char* id;      // "flash-attention-2"
  const char* column;  // the head of its column in the page: "FA2"
  const char* file;    // where it is said
  Type type;
  std::int64_t head_dim;
  const char* inputs;  // a recipe (inputs.h)
  const char* slopes;  // a recipe of ALiBi slopes that are data; empty: as Boresight draws them
  const char* dense;   // a recipe of a dense bias; empty: as Boresight draws it
  const char* sizes;   // which of queries x keys, of those that the page compares, are of the kind that it runs
  const char* rule;    // (rule.h)
  int trials;
  const char* says;
};

std::span<const Suite> suites();

// By its id; null: no such suite.
const Suite* find_suite(std::string_view id);

}  // namespace boresight::properties::lint
