// Chains counted by hand.
#include "impl/simd/blocks.h"

#include <gtest/gtest.h>

namespace boresight::impl::simd {
namespace {

TEST(Blocks, ChainsAreCountedFromTheSecondTermOn) {
  EXPECT_EQ(chain(0, 128), 0);
  EXPECT_EQ(chain(1, 128), 0);
  EXPECT_EQ(chain(128, 128), 127);
  EXPECT_EQ(chain(129, 128), 127 + 1);
  EXPECT_EQ(lane_chain(64), 15 + 3 + 4);
}

TEST(Blocks, EveryValueBlockOfEveryTileGoesToTheRunningSum) {
  EXPECT_EQ(tiles_chain(512, 1), 127 + 3);
  EXPECT_EQ(tiles_chain(512, 10), 127 + 39);
  EXPECT_EQ(tiles_chain(1, 1000), std::max(0 + 999, 0 + 4 + 999));
}

}  // namespace
}  // namespace boresight::impl::simd
