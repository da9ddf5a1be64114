// That the bound allows for inputs that count as zero, where an arithmetic says so and only there.
#include "reference/error_bound.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reference/sample_for_tests.h"

namespace boresight::reference {
namespace {

// One query and two keys in double, a subnormal query times a large key: a score of 2^-23 that is 0 where inputs are flushed.
struct Flushed {
  Sample sample{tiny(1, 2)};
  Flushed(const std::vector<double>& query, const std::vector<double>& keys, const std::vector<double>& values) {
    sample.set(&Tensors::q, query);
    sample.set(&Tensors::segment_k, keys);
    sample.set(&Tensors::segment_v, values);
  }
  double out() const { return sample.attend().heads[0].out(0, 0); }
  double bound(bool flushes_inputs) const {
    Arithmetic exact;
    exact.accumulator = exact.rotated = exact.scaled_query = exact.scores = exact.weights = Type::f64;
    exact.accumulator_roundoff = exact.exp_error = exact.log_error = 0x1p-53;
    exact.dot_chain = exact.value_chain = 2;
    exact.flushes_inputs = flushes_inputs;
    return error_bound(sample.problem, sample.tensors, sample.attend(), exact).heads[0].out(0, 0);
  }
};

TEST(ErrorBound, AllowsForQueriesAndKeysThatCountAsZero) {
  const double small = 0x1p-1023, large = 0x1p1000;
  const Flushed query({small}, {large, 0}, {1, 0}), key({large}, {small, 0}, {1, 0}), zero({0}, {0, 0}, {1, 0});
  for (const Flushed* flushed : {&query, &key}) {
    const double moved = std::abs(flushed->out() - zero.out());
    EXPECT_GT(moved, 0x1p-26);
    EXPECT_LT(flushed->bound(false), moved);
    EXPECT_GE(flushed->bound(true), moved);
  }
}

TEST(ErrorBound, AllowsForValuesThatCountAsZero) {
  const Flushed value({1}, {1, 1}, {0x1.8p-1023});
  EXPECT_LT(value.bound(false), value.out());
  EXPECT_GE(value.bound(true), value.out());
}

}  // namespace
}  // namespace boresight::reference
