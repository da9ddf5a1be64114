// A judgement: what one law found on one case: how many rows were compared, how many could not be, and the first that differed,
// in words. Equality is exact; there is no tolerance to choose.
#pragma once

#include <cstdint>
#include <string>

#include "properties/proofs/field/subject.h"

namespace boresight::field {

struct Judgement {
  std::int64_t rows = 0;
  std::int64_t left_out = 0;  // the weights sum to 0 mod p: nothing can be divided by them
  std::string wrong;          // "head 0, row 2: the sum of weights is 12, not 34: as tiles against as a whole"

  // Compares a row's sums, of which `right` are what they should be.
  void same(const Sums& found, const Sums& right, std::int64_t head, std::int64_t row, const char* law);
  // Compares finished rows: outputs, unless they can't be divided, and log sums.
  void same(const Output& found, const Output& right, std::int64_t head, std::int64_t row, const char* law);
  // Counts a row of which something else was asked.
  void holds(bool it, std::int64_t head, std::int64_t row, const std::string& else_what);

  bool failed() const { return !wrong.empty(); }
};

}  // namespace boresight::field
