// Rotary rows against turns that are known without a formula, and the law that makes them positions.
#include "impl/rotary_row.h"

#include <gtest/gtest.h>

namespace boresight::impl {
namespace {

using Side = RotaryRows::Side;

const Tensors no_tensors;

Problem problem_of(std::int64_t dims, RotaryPairs pairs) {
  Problem problem;
  problem.head_dim = 8;
  problem.rotary.dims = dims;
  problem.rotary.pairs = pairs;
  return problem;
}

std::vector<float> turned(const Problem& problem, Side side, std::int64_t position, std::vector<float> row) {
  KeptTurns(problem, no_tensors, side).turn({position}, row.data(), std::int64_t(row.size()));
  return row;
}

TEST(RotaryRows, TurnNeighboursOrHalvesAndLeaveTheRest) {
  const float c = float(std::cos(2.0)), s = float(std::sin(2.0)), c2 = float(std::cos(0.02f)), s2 = float(std::sin(0.02f));
  const std::vector<float> row{1, 0, 0, 1, 5, 6, 7, 8};
  const auto adjacent = turned(problem_of(4, RotaryPairs::adjacent), Side::queries, 2, row);
  const auto halves = turned(problem_of(4, RotaryPairs::halves), Side::queries, 2, row);
  const std::vector<float> by_adjacent{c, s, -s2, c2, 5, 6, 7, 8}, by_halves{c, -s2, s, c2, 5, 6, 7, 8};
  for (std::size_t d = 0; d < row.size(); ++d) {
    EXPECT_FLOAT_EQ(adjacent[d], by_adjacent[d]);
    EXPECT_FLOAT_EQ(halves[d], by_halves[d]);
  }
}

TEST(RotaryRows, InterpolationDividesPositions) {
  Problem problem = problem_of(8, RotaryPairs::halves);
  const std::vector<float> row{1, 2, 3, 4, 5, 6, 7, 8};
  const auto near = turned(problem, Side::keys, 3, row);
  problem.rotary.interpolation = 4;
  EXPECT_EQ(turned(problem, Side::keys, 12, row), near);
}

double product(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += double(a[d]) * double(b[d]);
  return sum;
}

// Every entry is below 2, a turned one below 3 * 2^(1/8), each rounded once to f32: eight products err by less than
// 8 * 2 * 4 * 4 * 2^-24.
TEST(RotaryRows, ProductsDependOnDistancesAloneXposIncluded) {
  const std::vector<float> query{1, -0.5f, 0.25f, 2, -1, 0.75f, 1.5f, 1}, key{0.5f, 1, 1, -1.5f, 0.25f, 2, -1, 0.5f};
  for (const bool xpos : {false, true}) {
    Problem problem = problem_of(8, RotaryPairs::adjacent);
    problem.rotary.xpos.on = xpos;
    const double near = product(turned(problem, Side::queries, 5, query), turned(problem, Side::keys, 2, key));
    const double moved = product(turned(problem, Side::queries, 15, query), turned(problem, Side::keys, 12, key));
    const double other = product(turned(problem, Side::queries, 6, query), turned(problem, Side::keys, 2, key));
    EXPECT_NEAR(moved, near, 256 * 0x1p-24);
    EXPECT_GT(std::abs(other - near), 0.01);
  }
}

TEST(RotaryRows, TurnEachRowByThePositionOfItsNumber) {
  const Problem problem = problem_of(6, RotaryPairs::adjacent);
  std::vector<Turn> memory(RotaryRows::turns(problem, 5));
  RotaryRows rows(problem, no_tensors, Side::keys, memory.data());
  rows.prepare(0, 2, [](std::int64_t k) { return 7 + k; });
  rows.prepare(2, 3, [](std::int64_t k) { return 20 - k; });
  const std::int64_t positions[] = {7, 8, 20, 19, 18};
  for (std::int64_t number = 0; number < 5; ++number) {
    std::vector<float> row{1, 2, 3, 4, 5, 6, 7, 8};
    rows.turn(number, row.data());
    EXPECT_EQ(row, turned(problem, Side::keys, positions[number], {1, 2, 3, 4, 5, 6, 7, 8})) << number;
  }
}

TEST(KeptTurns, AreKeptForTheSamePositionsOnly) {
  const Problem problem = problem_of(8, RotaryPairs::halves);
  const std::vector<float> row{1, 2, 3, 4, 5, 6, 7, 8};
  KeptTurns turns(problem, no_tensors, Side::queries);
  for (const std::int64_t position : {3, 3, 4, 3}) {
    std::vector<float> again = row;
    turns.turn({position}, again.data(), 8);
    EXPECT_EQ(again, turned(problem, Side::queries, position, row));
  }
}

}  // namespace
}  // namespace boresight::impl
