// What a problem needs switched on for a reading to show, and no more: drawn cases are tried until one shows it, then every
// feature that it can do without is dropped. Sizes, type and values are left to the test that is judged.
#pragma once

#include <cstdint>
#include <string>

#include "problem/case.h"
#include "properties/lint/size.h"
#include "properties/readings/table.h"

namespace boresight::properties::lint {

enum class Shape : std::uint8_t {
  wide,      // n x keys
  tall,      // keys x n
  square,    // of about as many cells
  row,       // one query
  by_heads,  // as many queries as heads
};

struct Features {
  Case a_case;  // its features; with its own sizes, by which masks and windows are scaled
  Shape shape = Shape::wide;
  bool drawn_window = false;  // the window as drawn; else a quarter of the keys to the left, and of the queries to the right
  bool by_lse = false;        // outputs don't show it, lse does
  bool found = false;         // false: no drawn case shows the reading
};

// Drawn from the seed; the bound decides what shows.
Features least_features(const readings::Reading& reading, std::uint64_t seed);

// No features but sizes: for answers that are no attention at all.
Features no_features();

// What is switched on, in the words of a token, sizes apart: "mem_kv causal bias=alibi"; "nothing".
std::string words(const Features& features);

// The case at these sizes: 4 persistent columns and a quarter of the keys as memories where the features have any.
Case sized(const Features& features, Size size, Type type, std::int64_t head_dim, std::uint64_t seed);

}  // namespace boresight::properties::lint
