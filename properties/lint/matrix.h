// The kill matrix as a page: every reading under every suite of the table, beside the cases that Boresight needs for it.
#pragma once

#include <cstdint>
#include <string>

#include "properties/lint/lint.h"

namespace boresight::properties::lint {

struct MatrixPlan {
  std::string sizes = "113x203,64x512,64x4096", readings = "*";
  std::uint64_t seed = 1;
  int threads = 1;
  std::int64_t cases = own_cases_most;  // Boresight's own, at most, for a reading
  Progress progress = {};
};

// Markdown; the same for any number of threads.
std::string matrix_page(const MatrixPlan& plan);

}  // namespace boresight::properties::lint
