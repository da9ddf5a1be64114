// What one call can't do without: the work that its time is compared with.
#pragma once

#include <vector>

#include "bench/sampling.h"
#include "problem/case.h"
#include "problem/kernel.h"
#include "problem/tensors.h"

namespace boresight::bench {

// (row, column) pairs of all heads that causality and window leave. Masks are not counted: what is hidden at random is computed
// all the same.
double scores(const Problem& problem);

// Multiplications and additions of the two products: 2 (D + Dv) for each score.
double flops(const Problem& problem);

// Keys and values, each read once for each key/value head.
double bytes_read(const Problem& problem);

// The limits that a call is told as fractions of. One query: reading its keys and values, the very bytes, so that a limit is out
// of the same cache or memory. More than few_queries: the peak of the kernel's instruction set, that of bf16 where inputs are and
// the processor has it. Between, both.
inline constexpr std::int64_t few_queries = 16;
std::vector<Bound> bounds(const Problem& problem, const Tensors& tensors, const Kernel& kernel, int threads);

}  // namespace boresight::bench
