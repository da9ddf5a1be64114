// The CUDA kernels on fibers, as they are watched by sanitizers: under ThreadSanitizer a barrier that is missing is a race here.
#include "impl/cuda/host/rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "impl/convert.h"

namespace boresight::impl::cuda::host {
namespace {

Tensor row_major(std::vector<std::uint16_t>& memory, std::vector<std::int64_t> shape) {
  Tensor tensor{.data = memory.data(), .type = Type::bf16, .rank = int(shape.size())};
  std::int64_t stride = 1;
  for (int d = tensor.rank - 1; d >= 0; --d) {
    tensor.shape[std::size_t(d)] = shape[std::size_t(d)];
    tensor.stride[std::size_t(d)] = stride;
    stride *= shape[std::size_t(d)];
  }
  return tensor;
}

// 40 queries of 4 heads against 2 persistent columns, 30 memories and a segment of 96 keys: 128 columns, in several tiles and
// parts.
struct Call {
  Problem problem{.batch = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .head_dim = 40,
                  .value_dim = 24,
                  .queries = 40,
                  .segment = 96,
                  .memories = 30,
                  .mem_kv = 2,
                  .type = Type::bf16};
  std::vector<std::uint16_t> q = all(2 * 4 * 40 * 40, 0.5f), mem_k = all(2 * 2 * 40, 0), mem_v = all(2 * 2 * 24, 1),
                             memory_k = all(2 * 2 * 30 * 40, 0), memory_v = all(2 * 2 * 30 * 24, 1),
                             segment_k = all(2 * 2 * 96 * 40, 0), segment_v = all(2 * 2 * 96 * 24, 1),
                             out = all(2 * 4 * 40 * 24, 7);
  Options options{.tile_queries = 16, .tile_keys = 16, .splits = 3};

  static std::vector<std::uint16_t> all(std::size_t count, float value) {
    return std::vector<std::uint16_t>(count, round_to_bf16(value));
  }
  void run(Algorithm algorithm) {
    Tensors tensors;
    tensors.q = row_major(q, {2, 4, 40, 40});
    tensors.mem_k = row_major(mem_k, {2, 2, 40});
    tensors.mem_v = row_major(mem_v, {2, 2, 24});
    tensors.memory_k = row_major(memory_k, {2, 2, 30, 40});
    tensors.memory_v = row_major(memory_v, {2, 2, 30, 24});
    tensors.segment_k = row_major(segment_k, {2, 2, 96, 40});
    tensors.segment_v = row_major(segment_v, {2, 2, 96, 24});
    tensors.out = row_major(out, {2, 4, 40, 24});
    ASSERT_TRUE(validate(problem, tensors)) << validate(problem, tensors).error().text();
    host::run(algorithm, problem, tensors, options);
  }
};

class RowsOnFibers : public testing::Test {
 protected:
  void SetUp() override {
    if (!unavailable().empty()) GTEST_SKIP() << unavailable();
  }
};

// All scores are 0, so that every weight is 1, and 128 of them make a whole.
TEST_F(RowsOnFibers, WeighEqualKeysAlike) {
  for (const Algorithm algorithm : all_algorithms) {
    Call call;
    call.run(algorithm);
    for (const std::uint16_t element : call.out) ASSERT_EQ(from_bf16(element), 1.0f) << promises_of(algorithm).name;
  }
}

TEST_F(RowsOnFibers, MeetABiasAMaskAndRotaryInEveryTile) {
  for (const Algorithm algorithm : all_algorithms) {
    Call call;
    call.problem.causal = true;
    call.problem.bias = {.kind = BiasKind::alibi, .alibi_heads = 4};
    call.problem.rotary.dims = 16;
    call.problem.zero_kv = true;
    call.run(algorithm);
    for (const std::uint16_t element : call.out)
      ASSERT_TRUE(from_bf16(element) > 0 && from_bf16(element) < 1) << promises_of(algorithm).name;
  }
}

}  // namespace
}  // namespace boresight::impl::cuda::host
