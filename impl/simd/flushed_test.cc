// Subnormal results are flushed inside, and whoever called computes as before.
#include "impl/simd/flushed.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "impl/kernels.h"
#include "impl/simd/pool.h"
#include "problem/inputs.h"
#include "problem/token.h"

namespace boresight::impl::simd {
namespace {

// Half of the smallest normal number, as this thread computes it.
float half_of_the_smallest() {
  const volatile float smallest = std::numeric_limits<float>::min(), half = 0.5f;
  return smallest * half;
}

#if defined(__SSE__)
TEST(Flushed, WhileOneLivesSubnormalResultsAreZeroAndAfterwardsNot) {
  ASSERT_GT(half_of_the_smallest(), 0);
  {
    const Flushed flushed;
    EXPECT_EQ(half_of_the_smallest(), 0);
    {
      const Flushed again;
    }
    EXPECT_EQ(half_of_the_smallest(), 0);
  }
  EXPECT_GT(half_of_the_smallest(), 0);
}
#endif

TEST(Flushed, KernelsLeaveTheirCallerAndThePoolsThreadsAsTheyWere) {
  const Case a_case = parse_token("bs1 b1 h8 d8 n40 s40 P2 bias=alibi").value();
  Inputs inputs = make_inputs(a_case);
  Tensors tensors = inputs.tensors;
  const Problem& problem = a_case.problem;
  tensors.out = inputs.allocate(problem.type, {problem.batch, problem.heads, problem.queries, problem.value_dim}, a_case.layout);
  const Crowd crowd;
  int ran = 0;
  for (const Kernel& kernel : kernels()) {
    if (!kernel.unavailable.empty() || !kernel.unsupported(problem, {}).empty() || !kernel.name.starts_with("simd/")) continue;
    ++ran;
    Options options;
    options.threads = 3;
    kernel.run(problem, tensors, options);
    EXPECT_GT(half_of_the_smallest(), 0) << kernel.name;
    std::vector<float> of_each(64);
    parallel(3, 64, [&](std::int64_t item, int) { of_each[std::size_t(item)] = half_of_the_smallest(); });
    for (const float half : of_each) EXPECT_GT(half, 0) << kernel.name;
  }
  EXPECT_GT(ran, 1);
}

}  // namespace
}  // namespace boresight::impl::simd
