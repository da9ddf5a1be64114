// Cases are drawn as they should be, and their words say all of them.
#include "properties/proofs/field/field_case.h"

#include <gtest/gtest.h>

#include "properties/proofs/field/laws.h"

namespace boresight::field {
namespace {

TEST(FieldCase, IsTheSameAfterItsWordsAreRead) {
  for (std::int64_t number = 1; number <= 500; ++number) {
    const FieldCase c = drawn_case(3, number);
    ASSERT_TRUE(valid(c)) << words_of(c);
    const Result<FieldCase> read = case_of(words_of(c));
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_EQ(*read, c) << words_of(c);
  }
}

TEST(FieldCase, DrawsEveryKindOfBiasAndColumnsPastSixteenBits) {
  std::int64_t kinds[bias_kinds] = {}, far = 0, empty = 0;
  for (std::int64_t number = 1; number <= 1000; ++number) {
    const FieldCase c = drawn_case(1, number);
    ++kinds[c.bias];
    far += c.columns() > 32'768;
    empty += c.columns() == 0;
  }
  for (const std::int64_t times : kinds) EXPECT_GT(times, 20);
  EXPECT_GT(far, 3);
  EXPECT_GT(empty, 0);
}

TEST(FieldCase, SaysWhichWordsItCannotRead) {
  for (const char* words : {"", "queries", "queries=", "queries=x", "queries=1x", "queries=-1", "heads=0", "quries=1",
                            "queries=1,", "heads=3,kv_heads=2", "bias=5,queries=2,segment=1", "queries=100000,segment=100000"}) {
    const Result<FieldCase> read = case_of(words);
    ASSERT_FALSE(read) << words;
    EXPECT_FALSE(read.error().right.empty()) << words;
  }
}

TEST(FieldCase, ShrinksToTheLeastThatStillFails) {
  FieldCase c = drawn_case(1, 7);
  c.queries = 11, c.segment = 40, c.splits = 7, c.bias = alibi;
  const FieldCase small = smallest(c, [](const FieldCase& any) { return any.queries >= 3 && any.segment > any.queries; });
  EXPECT_EQ(words_of(small), "queries=3,segment=4,seed=" + std::to_string(c.seed));
}

TEST(FieldCase, LeavesOutARowWhoseWeightsSumToZeroAndNoOther) {
  const FieldCase c{.queries = 3, .mem_kv = 4, .opposite = 1, .seed = 5};
  EXPECT_EQ(plain_sum(problem_of(c), 0, 1).weights, Weight{0});
  for (const Law& law : laws()) {
    const Judgement judgement = law.judge(impl_subject(), c);
    EXPECT_FALSE(judgement.failed()) << law.name << ": " << judgement.wrong;
  }
  EXPECT_EQ(judge_equals_the_plain_sum(impl_subject(), c).left_out, 3);
  EXPECT_EQ(judge_equals_the_plain_sum(impl_subject(), FieldCase{.queries = 3, .mem_kv = 4}).left_out, 0);
}

TEST(FieldCase, ComparesAnOutputThatIsUndefinedWhereItShouldNotBe) {
  Judgement judgement;
  judgement.same(Output{{undefined}, {false, {1}}}, Output{{Weight{1}}, {false, {1}}}, 0, 0, "divided");
  EXPECT_EQ(judgement.left_out, 0);
  EXPECT_TRUE(judgement.failed());
}

}  // namespace
}  // namespace boresight::field
