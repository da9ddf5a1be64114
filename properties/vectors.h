// Reads test vectors: JSON Lines, a record a line, each a problem with its tensors and the output that somebody else
// computed. Strangers' numbers (tests/data/oracle), our second source's, or a user's own: tests/data/README.md has the
// format. A malformed file is told by file, line, field and what would be right; it never crashes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "problem/inputs.h"
#include "problem/problem.h"
#include "problem/result.h"

namespace boresight::properties {

// One record. Problem and tensors are valid; out and lse are absent from the tensors.
struct Vector {
  std::string id;
  Problem problem;
  Inputs inputs;                     // floats in the type asked for, parameters in f32 (f64 where that type is f64)
  std::vector<double> expected;      // [B][H][n][Dv] row-major, 0 in empty rows
  std::vector<double> expected_lse;  // [B][H][n], -inf in empty rows without a sink; empty: the record has none
  std::vector<double> observed;      // [B][H][n][Dv], a wrong output that somebody really computed; empty: none
  Type observed_type = Type::f64;    // in which `observed` was computed
  std::string observed_error;        // the error that was raised in the place of an output; empty: none
  bool exact = true;                 // the type holds q, keys and values as they were written
  bool exact_parameters = true;      // and so does f32 (or f64) the scale, slopes, tables ..: `expected` is for this problem
};

// The record on one line. Error::where is empty.
Result<Vector> parse_vector(std::string_view line, Type type);

// Visits the records in order; blank lines are skipped. The number of records, at least one, or the first error, whose
// `where` is "path:line"; records before it have been visited.
Result<std::int64_t> for_each_vector(const std::string& path, Type type, const std::function<void(Vector)>& visit);

Result<std::vector<Vector>> read_vectors(const std::string& path, Type type);

}  // namespace boresight::properties
