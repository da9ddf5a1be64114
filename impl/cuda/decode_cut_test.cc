#include "impl/cuda/decode_cut.h"

#include <gtest/gtest.h>

namespace boresight::impl::cuda {
namespace {

Problem decoding(std::int64_t columns) {
  Problem problem;
  problem.heads = 32;
  problem.kv_heads = 8;
  problem.head_dim = problem.value_dim = 128;
  problem.queries = 1;
  problem.segment = columns;
  problem.type = Type::bf16;
  return problem;
}

TEST(DecodeCut, QueriesKeysAndValuesOfATileFitTheMemory) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16})
    for (const std::int64_t heads : {1, 2, 8})
      for (std::int64_t head_dim = 1; head_dim <= 512; head_dim += 7)
        for (const std::int64_t value_dim : {std::int64_t(1), head_dim, std::int64_t(512)}) {
          Problem problem = decoding(1000);
          problem.heads = heads * problem.kv_heads;
          problem.head_dim = head_dim;
          problem.value_dim = value_dim;
          problem.type = type;
          const DecodeCut cut = decode_cut(problem, {});
          const DecodeMemory memory = decode_memory(std::int32_t(head_dim), std::int32_t(value_dim), std::int32_t(bytes(type)));
          const std::int32_t keys = padded(cut.tiling.keys, decode_slices);
          ASSERT_GE(cut.tiling.keys, decode_slices) << head_dim << " " << value_dim;
          ASSERT_LE(cut.rows * memory.query_stride() * 4 + keys * (memory.key_stride() + memory.value_stride()),
                    DecodeMemory::bytes)
              << head_dim << " " << value_dim;
        }
}

TEST(DecodeCut, PackedRowsFitTheKernel) {
  for (std::int64_t group = 1; group <= 40; ++group)
    for (std::int64_t queries = 1; queries <= 40; ++queries) {
      Problem problem = decoding(1000);
      problem.heads = group * problem.kv_heads;
      problem.queries = queries;
      const DecodeCut cut = decode_cut(problem, {});
      ASSERT_LE(cut.members * cut.tiling.queries, cut.rows) << group << " " << queries;
      ASSERT_TRUE(cut.rows == 4 || cut.members * cut.tiling.queries * 2 > cut.rows) << group << " " << queries;
    }
}

TEST(DecodeCut, LongKeysOfOneSequenceFillTheDevice) {
  const Problem problem = decoding(65536);
  EXPECT_GE(problem.kv_heads * decode_cut(problem, {}).tiling.splits, 264);
}

TEST(DecodeCut, FewKeysOfOneSequenceStillMakeABlockATile) {
  const Problem problem = decoding(2048);
  const DecodeCut cut = decode_cut(problem, {});
  EXPECT_EQ(cut.tiling.splits, 16);
  EXPECT_EQ(cut.tiling.splits * cut.tiling.keys, 2048);
}

TEST(DecodeCut, PartsOfASequenceDoNotDependOnTheBatch) {
  Problem problem = decoding(65536);
  const std::int32_t alone = decode_cut(problem, {}).tiling.splits;
  problem.batch = 64;
  EXPECT_EQ(decode_cut(problem, {}).tiling.splits, alone);
}

TEST(DecodeCut, PartsAreThoseAskedForWhereTilesSuffice) {
  EXPECT_EQ(decode_cut(decoding(1000), {.splits = 3}).tiling.splits, 3);
  EXPECT_EQ(decode_cut(decoding(1000), {.splits = 100}).tiling.splits, 8);
}

}  // namespace
}  // namespace boresight::impl::cuda
