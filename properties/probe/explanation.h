// What a probe of one kernel on one case found, as text for a terminal of 120 columns: how much was read, the facts, recovered
// and right bias side by side, and the words for what departs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::properties::probe {

struct RowChoice {
  std::int64_t rows_max = 8;  // of all heads together
  struct One {
    std::int64_t b, h, i;
  };
  std::optional<One> one;  // this row alone
};

struct Explanation {
  bool probed = false;                 // else `text` says why not
  bool departs = false;                // a weight, or a fact
  std::string text;                    // lines, each indented by two
  bool compared = false;               // some row shows two columns, whose levels were compared
  std::vector<std::string> sentences;  // of bias and visibility, as in `text`
};

// A line of such a text: a label, and what is said, wrapped between words.
std::string entry(const std::string& label, const std::string& text);

Explanation explain(const Case& a_case, const Kernel& kernel, const RowChoice& choice);

}  // namespace boresight::properties::probe
