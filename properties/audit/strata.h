// Strata: single rows of one size whose inputs can be changed element by element, to see how near the bound an error comes.
#pragma once

#include <cstdint>

#include "problem/kernel.h"
#include "properties/call.h"

namespace boresight::audit {

struct Stratum {
  std::int64_t head_dim, columns;
};

struct Nearness {
  double random = 0;       // largest error / bound over random inputs
  double adversarial = 0;  // after a climb from the worst of them, and from rows of equal terms; confirmed in multiprecision
  double slip = 0;  // effect of bias distances off by one at slope 2^-8, as a multiple of the bound (median of the random inputs)
};

// One query over `columns` keys, two of them persistent, ALiBi of slope 2^-8, f32, value_dim 4.
Problem problem_of(const Stratum& stratum);
// Of a kernel that takes it.
Nearness nearness(const Stratum& stratum, const Kernel& kernel, int random_inputs, int climbing_steps, std::uint64_t seed);

}  // namespace boresight::audit
