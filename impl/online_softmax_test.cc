// The functions of online softmax one by one, in powers of two, which doubles hold exactly. What they are together, on whole
// problems, is judged over a finite field (properties/proofs/field).
#include "impl/online_softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace boresight::impl {
namespace {

// exp(x) is 2^x, of whole numbers.
struct PowersOfTwo {
  using Score = int;
  using Weight = double;
  using LogSum = double;
  static double exp_difference(int a, int b) { return std::ldexp(1.0, a - b); }
  static int larger(int a, int b) { return std::max(a, b); }
  static double quotient(double a, double b) { return a / b; }
  static double log_sum(int m, double l) { return m + std::log2(l); }
  static double empty_log_sum() { return -std::numeric_limits<double>::infinity(); }
};

// A row of one group of lanes, whose columns have the value `value` in lane 0.
struct Row {
  double sums[lanes] = {}, block[lanes] = {}, tile[lanes] = {};
  RowState<PowersOfTwo> state{0, 0, sums, false};

  void absorb_all(const std::vector<int>& scores, const std::vector<double>& values) {
    std::vector<double> rows(values.size() * lanes);
    for (std::size_t k = 0; k < values.size(); ++k) rows[k * lanes] = values[k];
    std::vector<std::int32_t> numbers(scores.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    absorb(state, scores.data(), numbers.data(), std::int32_t(scores.size()), rows.data(), TileSums<PowersOfTwo>{block, tile},
           lanes);
  }
  void expect(int reference, double denominator, double sum) const {
    EXPECT_TRUE(state.any);
    EXPECT_EQ(state.reference, reference);
    EXPECT_EQ(state.denominator, denominator);
    EXPECT_EQ(sums[0], sum);
  }
};

TEST(OnlineSoftmax, AbsorbsColumnsInTheScaleOfTheLargestScore) {
  Row row;
  row.absorb_all({-3, -1}, {8, 5});
  row.expect(-1, 1.25, 7);
  row.absorb_all({1}, {2});
  row.expect(1, 1.3125, 3.75);
}

TEST(OnlineSoftmax, AbsorbsMoreColumnsThanABlockHolds) {
  Row row;
  const std::vector<int> scores(3 * block_columns - 1, 4);
  std::vector<double> values(scores.size());
  std::iota(values.begin(), values.end(), 1.0);
  row.absorb_all(scores, values);
  row.expect(4, 47, 47 * 48 / 2);
}

TEST(OnlineSoftmax, RescalesASeenRowAndOnlyNamesTheScaleOfAnother) {
  Row row;
  rescale(row.state, 7, lanes);
  EXPECT_FALSE(row.state.any);
  row.absorb_all({2}, {3});
  rescale(row.state, 4, lanes);
  row.expect(4, 0.25, 0.75);
}

TEST(OnlineSoftmax, MergesPartsAndLeavesThePartInTheCommonScale) {
  Row row, part, nothing;
  row.absorb_all({0}, {1});
  part.absorb_all({2, 2}, {1, 5});
  merge(row.state, part.state, lanes);
  row.expect(2, 2.25, 6.25);
  part.expect(2, 2, 6);
  Row lower;
  lower.absorb_all({0}, {4});
  merge(row.state, lower.state, lanes);
  row.expect(2, 2.5, 7.25);
  lower.expect(2, 0.25, 1);
  merge(row.state, nothing.state, lanes);
  row.expect(2, 2.5, 7.25);
  Row empty;
  merge(nothing.state, empty.state, lanes);
  EXPECT_FALSE(nothing.state.any);
  merge(nothing.state, row.state, lanes);
  nothing.expect(2, 2.5, 7.25);
}

TEST(OnlineSoftmax, ASinkIsAColumnWithoutAValue) {
  Row row, sink_alone;
  row.absorb_all({0}, {6});
  absorb_without_value(row.state, 1, lanes);
  row.expect(1, 1.5, 3);
  absorb_without_value(sink_alone.state, -9, lanes);
  sink_alone.expect(-9, 1, 0);
}

TEST(OnlineSoftmax, FinishesARowAndAnEmptyOne) {
  Row row, empty;
  row.absorb_all({3, 3}, {2, 4});
  EXPECT_EQ(finish(row.state, lanes), 4);
  EXPECT_EQ(row.sums[0], 3);
  EXPECT_EQ(finish(empty.state, lanes), PowersOfTwo::empty_log_sum());
  EXPECT_EQ(empty.sums[0], 0);
}

TEST(OnlineSoftmax, ClearsWhateverARowHeld) {
  Row row;
  row.absorb_all({3}, {2});
  clear(row.state, lanes);
  EXPECT_FALSE(row.state.any);
  EXPECT_EQ(row.state.denominator, 0);
  EXPECT_EQ(row.sums[0], 0);
}

TEST(OnlineSoftmax, VisitsOfAllPartsAreTheTilesInOrder) {
  const Geometry<std::int32_t> g(2, 60, 0, 5, 9, 0);  // columns 0 to 4, and those near the end
  std::vector<std::int32_t> visited;
  for (std::int32_t part = 0; part < 3; ++part)
    for_each_visit(g, {0, 2}, 4, 3, part, [&](std::int32_t number, Range<std::int32_t> tile) {
      EXPECT_EQ(tile.begin, 4 * number);
      visited.push_back(number);
    });
  EXPECT_EQ(visited, (std::vector<std::int32_t>{0, 1, 13, 14, 15, 16}));
}

}  // namespace
}  // namespace boresight::impl
