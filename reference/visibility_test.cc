#include "reference/visibility.h"

#include <gtest/gtest.h>

#include "reference/sample_for_tests.h"

namespace boresight::reference {
namespace {

// Rules 3 and 4 once more, as literally as the specification words them.
bool allowed(const Problem& p, std::int64_t i, std::int64_t c) {
  if (c < p.mem_kv) return true;
  const std::int64_t tq = p.segment - p.queries + i;
  const std::int64_t tk = c < p.mem_kv + p.memories ? -p.memories + (c - p.mem_kv) : c - p.mem_kv - p.memories;
  const std::int64_t delta = tq - tk;
  if (p.causal && !(delta >= 0)) return false;
  if (p.window.left != -1 && !(delta <= p.window.left)) return false;
  if (p.window.right != -1 && !(-delta <= p.window.right)) return false;
  return true;
}

void expect_literal_rules(const Problem& p) {
  Flags present, visible;
  present_columns(p, Tensors{}, 0, present);
  visible_by_position(p, present, visible);
  const Index zero = p.zero_kv;
  for (std::int64_t i = 0; i < p.queries; ++i) {
    ASSERT_TRUE(!p.zero_kv || visible(i, 0));
    for (std::int64_t c = 0; c < p.columns(); ++c) {
      ASSERT_EQ(visible(i, zero + c), allowed(p, i, c))
          << "n " << p.queries << " S " << p.segment << " M " << p.memories << " P " << p.mem_kv << " causal " << p.causal
          << " window " << p.window.left << ", " << p.window.right << " at row " << i << " column " << c;
    }
  }
}

// Calls visit with every problem whose sizes are at most 4, 4, 2 and 1.
template <class Visit>
void each_layout(Visit visit) {
  for (std::int64_t n = 0; n <= 4; ++n)
    for (std::int64_t S = 0; S <= 4; ++S)
      for (std::int64_t M = 0; M <= 2; ++M)
        for (std::int64_t P = 0; P <= 1; ++P)
          for (const bool causal : {false, true}) {
            Problem p = tiny(n, S, M, P);
            p.causal = causal;
            visit(p);
          }
}

TEST(Visibility, FollowsTheRulesOnEveryLayoutUpToABound) {
  each_layout([](Problem p) {
    for (p.window.left = -1; p.window.left <= 6; ++p.window.left)
      for (p.window.right = -1; p.window.right <= 4; ++p.window.right)
        for (const bool zero_kv : {false, true}) {
          p.zero_kv = zero_kv;
          expect_literal_rules(p);
        }
  });
}

TEST(Visibility, TakesTheWidestWindows) {
  Problem p = tiny(3, 3);
  p.window = {INT64_MAX, INT64_MAX};
  expect_literal_rules(p);
}

TEST(Visibility, LastQueryStandsOnTheLastKey) {
  EXPECT_EQ(query_position(tiny(3, 5), 2), 4);
  EXPECT_EQ(key_position(tiny(3, 5, 4, 2), 4 + 2 + 4), 4);
  EXPECT_EQ(query_position(tiny(5, 3), 0), -2);
  EXPECT_EQ(key_position(tiny(3, 5, 4, 2), 2), -4);
}

TEST(Visibility, CausalRowsBeforePositionZeroSeeMemoriesAndPersistentColumnsOnly) {
  Problem p = tiny(3, 1, 2, 1);  // rows at -2, -1, 0
  p.causal = true;
  const Flags visible = Sample(p).attend().heads[0].visible;
  Flags expected(3, 4);
  expected << true, true, false, false, true, true, true, false, true, true, true, true;
  EXPECT_TRUE((visible == expected).all());
}

TEST(Visibility, MasksHideTheirOwnPartOfTheirOwnSequence) {
  Problem p = tiny(1, 3, 2, 1);
  p.batch = 2;
  p.zero_kv = true;
  Sample sample(p);
  sample.add(&Tensors::key_mask, Type::u8, {2, 3}, {1, 0, 1, 0, 1, 1});
  sample.add(&Tensors::memory_mask, Type::u8, {2, 2}, {0, 1, 1, 0});
  const Attention truth = sample.attend();
  Flags first(1, 7), second(1, 7);
  first << true, true, false, true, true, false, true;
  second << true, true, true, false, false, true, true;
  EXPECT_TRUE((truth.heads[0].visible == first).all());
  EXPECT_TRUE((truth.heads[1].visible == second).all());
}

TEST(Visibility, AttentionMaskReachesPersistentColumnsAndNeverTheZeroKey) {
  Problem p = tiny(2, 1, 1, 1);
  p.heads = 2;
  p.zero_kv = true;
  Sample sample(p);
  sample.add(&Tensors::attention_mask, Type::u8, {1, 2, 2, 3}, {0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0});
  const Attention truth = sample.attend();
  Flags first(2, 4), second(2, 4);
  first << true, false, true, true, true, true, false, true;
  second << true, true, true, false, true, false, false, false;
  EXPECT_TRUE((truth.heads[0].visible == first).all());
  EXPECT_TRUE((truth.heads[1].visible == second).all());
}

TEST(Visibility, AttentionMaskOfOneHeadHoldsForAll) {
  Problem p = tiny(1, 2);
  p.batch = p.heads = 2;
  Sample sample(p);
  sample.add(&Tensors::attention_mask, Type::u8, {1, 1, 1, 2}, {0, 1});
  for (const Head& head : sample.attend().heads) {
    EXPECT_FALSE(head.visible(0, 0));
    EXPECT_TRUE(head.visible(0, 1));
  }
}

TEST(Visibility, CustomPositionsDoNotChangeIt) {
  Problem p = tiny(3, 3);
  p.causal = true;
  p.window.left = 1;
  const Flags ordered = Sample(p).attend().heads[0].visible;
  p.custom_positions = true;
  Sample sample(p);
  sample.set(&Tensors::query_positions, {9, -9, 0});
  EXPECT_TRUE((sample.attend().heads[0].visible == ordered).all());
}

}  // namespace
}  // namespace boresight::reference
