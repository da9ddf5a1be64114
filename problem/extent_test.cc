#include "problem/extent.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace boresight {
namespace {

std::byte memory[4096];

Tensor tensor(std::array<std::int64_t, 4> shape, std::array<std::int64_t, 4> stride) {
  return {memory + 2048, Type::f32, 4, shape, stride};
}

// Places of all elements, counted one by one.
struct Counted {
  std::set<std::int64_t> places;
  std::int64_t elements = 0;
};
Counted counted(const Tensor& t) {
  Counted found;
  for (std::int64_t a = 0; a < t.shape[0]; ++a)
    for (std::int64_t b = 0; b < t.shape[1]; ++b)
      for (std::int64_t c = 0; c < t.shape[2]; ++c)
        for (std::int64_t d = 0; d < t.shape[3]; ++d, ++found.elements) found.places.insert(t.offset(a, b, c, d));
  return found;
}

TEST(Extent, IsFromTheLowestElementToBehindTheHighest) {
  for (const std::int64_t row : {-9, -4, 0, 4, 6})
    for (const std::int64_t head : {-12, 0, 1, 24})
      for (const std::int64_t heads : {1, 2, 3}) {
        const Tensor t = tensor({1, heads, 2, 4}, {1000, head, row, 1});
        const Counted all = counted(t);
        const auto base = reinterpret_cast<std::uintptr_t>(t.data);
        EXPECT_EQ(extent_of(t).begin, base + std::uintptr_t(*all.places.begin() * 4));
        EXPECT_EQ(extent_of(t).end, base + std::uintptr_t((*all.places.rbegin() + 1) * 4));
        // Told where it is so, and never where the strides of each dimension go over those inside it.
        const bool shared = std::int64_t(all.places.size()) < all.elements;
        EXPECT_TRUE(!shared || overlaps_itself(t)) << row << " " << head << " " << heads;
      }
  EXPECT_FALSE(overlaps_itself(tensor({2, 3, 2, 4}, {30, 4, -12, 1})));
  EXPECT_FALSE(overlaps_itself(tensor({2, 1, 2, 4}, {8, 0, 4, 1})));
}

TEST(Extent, OfNoElementsMeetsNothing) {
  const Tensor none = tensor({0, 1, 1, 1}, {1, 1, 1, 1}), one = tensor({1, 1, 1, 1}, {1, 1, 1, 1});
  EXPECT_FALSE(extent_of(none).meets(extent_of(one)));
  EXPECT_FALSE(extent_of(Tensor{}).meets(extent_of(one)));
  EXPECT_TRUE(extent_of(one).meets(extent_of(one)));
}

TEST(Extent, BeyondAnyAddressIsTold) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t stride : {most, least, most / 8, least / 8}) {
    EXPECT_FALSE(addressable(tensor({1, 1, 3, 1}, {0, 0, stride, 1}))) << stride;
    EXPECT_TRUE(addressable(tensor({1, 1, 1, 1}, {0, 0, stride, 1}))) << stride;
  }
  EXPECT_FALSE(addressable(tensor({1, 1, 3, 1}, {0, 0, std::int64_t{-1} << 58, 1})));
  EXPECT_TRUE(addressable(tensor({1, 1, 3, 1}, {0, 0, std::int64_t{1} << 40, 1})));
}

}  // namespace
}  // namespace boresight
