#include "impl/cuda/score.h"

#include <gtest/gtest.h>

namespace boresight::impl::cuda {
namespace {

// 64 queries at the end of 96 keys, after 16 persistent columns and 8 memories.
constexpr float slope = 0.5f;

Call alibi(bool causal) {
  const std::int32_t widest = std::int32_t(widest_side);
  Call call{.g = Geometry<std::int32_t>(64, 96, 8, 16, widest, causal ? 0 : widest),
            .head_map = Heads<std::int32_t, bool>(1, 1, true),
            .batch = 1,
            .heads = 1,
            .kv_heads = 1,
            .head_dim = 32,
            .value_dim = 32};
  call.bias = BiasKind::alibi;
  call.slopes = {&slope, {}, Type::f32, 2};
  call.scale = 1;
  return call;
}

TileBias bias_of(const Call& call, Range<std::int32_t> rows, Range<std::int32_t> columns) {
  return tile_of(call, Scorer(call, 0, 0), rows, columns, columns.size()).bias;
}

TEST(Score, ATileIsClassedByWhereItLies) {
  const Call call = alibi(false);
  EXPECT_EQ(bias_of(call, {32, 64}, {0, 16}), TileBias::none);
  EXPECT_EQ(bias_of(call, {32, 64}, {16, 48}), TileBias::behind);
  EXPECT_EQ(bias_of(call, {0, 16}, {80, 112}), TileBias::ahead);
  EXPECT_EQ(bias_of(call, {0, 32}, {48, 80}), TileBias::across);
}

TEST(Score, ATileOfPersistentColumnsAndTokensIsMixedWhereverItLies) {
  for (const bool causal : {false, true}) {
    const Call call = alibi(causal);
    for (const Range<std::int32_t> rows : {Range{0, 32}, Range{32, 64}})
      for (const Range<std::int32_t> columns : {Range{0, 17}, Range{0, 32}, Range{15, 120}})
        EXPECT_EQ(bias_of(call, rows, columns), TileBias::mixed) << rows.begin << " " << columns.begin;
  }
}

TEST(Score, WhatNoClassHoldsGoesElementByElement) {
  Call far = alibi(false);
  far.g = Geometry<std::int32_t>(64, exact_distance, 8, 16, std::int32_t(widest_side), std::int32_t(widest_side));
  EXPECT_EQ(bias_of(far, {0, 32}, {0, 32}), TileBias::each);
  Call placed = alibi(false);
  const std::int32_t position = 0;
  placed.query_positions = placed.key_positions = {&position, {}, Type::f32, 2};
  EXPECT_EQ(bias_of(placed, {0, 32}, {0, 32}), TileBias::each);
}

// All rows of a tile and its columns, as one thread would have them.
TEST(Score, OfAMixedTileTheTokensAloneAreBiased) {
  for (const std::int32_t first_row : {0, 30}) {
    const Call call = alibi(false);
    const Scorer scorer(call, 0, 0);
    const Range<std::int32_t> rows{first_row, first_row + 34}, columns{8, 120};
    float scores[34][112];
    for (auto& row : scores)
      for (float& score : row) score = 3;
    finish_scores<34, 112>(
        call, scorer, tile_of(call, scorer, rows, columns, 112), nullptr, nullptr, [&](int i) { return rows.begin + i; },
        [&](int j) { return columns.begin + j; }, [&](int i, int j) -> float& { return scores[i][j]; });
    for (std::int32_t i = 0; i < 34; ++i)
      for (std::int32_t j = 0; j < 112; ++j) {
        const std::int32_t row = rows.begin + i, column = columns.begin + j;
        ASSERT_EQ(scores[i][j], column < 16 ? 3 : 3 + scorer.bias(row, column)) << row << " " << column;
      }
  }
}

}  // namespace
}  // namespace boresight::impl::cuda
