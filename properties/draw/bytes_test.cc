// Cases from bytes: every string is one, and a mutator's byte is well spent.
#include "properties/draw/bytes.h"

#include <gtest/gtest.h>

#include <vector>

#include "problem/token.h"
#include "properties/draw/draw.h"

namespace boresight::properties {
namespace {

TEST(ByteChoices, TakeAsFewBytesAsTheRangeNeeds) {
  const std::vector<std::uint8_t> bytes{3, 0x34, 0x12, 9};
  ByteChoices choices(bytes);
  EXPECT_EQ(choices.pick(1), 0u);
  EXPECT_EQ(choices.taken(), 0u);
  EXPECT_EQ(choices.pick(256), 3u);
  EXPECT_EQ(choices.pick(257), 0x1234u % 257);
  EXPECT_EQ(choices.taken(), 3u);
  EXPECT_EQ(choices.pick(4), 1u);
}

TEST(ByteChoices, AreFirstOptionsAndNoWhereTheBytesRunOut) {
  ByteChoices choices({});
  EXPECT_EQ(choices.pick(7), 0u);
  EXPECT_EQ(choices.between(-3, 300), -3);
  EXPECT_EQ(choices.bits(), 0u);
  EXPECT_FALSE(choices.chance(1, 2));
  ByteChoices again({});
  EXPECT_EQ(token(draw(again)), "bs1 b1 h1 d1 n1 s1 M1 P1");
}

TEST(ByteChoices, GiveTheSeedOfValuesTwoBytes) {
  const std::vector<std::uint8_t> bytes{0x34, 0x12};
  ByteChoices choices(bytes);
  EXPECT_EQ(choices.bits() >> 40, 0x1234u);
}

}  // namespace
}  // namespace boresight::properties
