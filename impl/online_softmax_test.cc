// Online softmax over a finite field, where it is exact: scores are integers mod p - 1, weights integers mod p, and
// exp(x) is 7^x mod p, p = 2^31 - 1, of which 7 is a generator. Every key weighs the same, so one wrong score shows.
#include "impl/online_softmax.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "problem/values.h"

namespace boresight::impl {
namespace {

constexpr std::uint64_t p = (std::uint64_t{1} << 31) - 1;

struct FieldScore {
  std::uint64_t exponent = 0;  // mod p - 1
  bool operator==(const FieldScore&) const = default;
};
struct FieldWeight {
  std::uint64_t residue = 0;  // mod p
  friend FieldWeight operator+(FieldWeight a, FieldWeight b) { return {(a.residue + b.residue) % p}; }
  friend FieldWeight operator*(FieldWeight a, FieldWeight b) { return {a.residue * b.residue % p}; }
  bool operator==(const FieldWeight&) const = default;
};

FieldScore score_of(std::int64_t number) {
  const std::int64_t order = std::int64_t(p) - 1;
  return {std::uint64_t((number % order + order) % order)};
}
FieldWeight power(FieldWeight base, std::uint64_t exponent) {
  FieldWeight result{1};
  for (; exponent > 0; exponent /= 2, base = base * base)
    if (exponent % 2 == 1) result = result * base;
  return result;
}
FieldWeight exponential(FieldScore score) { return power({7}, score.exponent); }

struct Field {
  using Score = FieldScore;
  using Weight = FieldWeight;
  using LogSum = FieldWeight;  // 7^m * l: the sum itself
  static Weight exp_difference(Score a, Score b) { return exponential({(a.exponent + (p - 1) - b.exponent) % (p - 1)}); }
  // There is no order in a field: the reference wanders over scores that were and scores that never were.
  static Score larger(Score a, Score b) {
    const std::uint64_t bits = mix(a.exponent * 31 + b.exponent);
    return bits % 3 == 0 ? a : bits % 3 == 1 ? b : score_of(std::int64_t(bits >> 8));
  }
  static Weight quotient(Weight a, Weight b) { return a * power(b, p - 2); }
  static LogSum log_sum(Score m, Weight l) { return exponential(m) * l; }
  static LogSum empty_log_sum() { return {}; }
};

// A random problem with integer scores and an integer ALiBi slope, and what a kernel's Source gives.
struct FieldProblem {
  struct Sizes {
    std::int32_t queries, segment, memories, mem_kv, left, right;
  } sizes;
  std::uint64_t seed;
  std::int64_t slope = 3;
  double density = 0.8;
  std::int64_t wrong_distance = -1;  // the Source's bias is 1 off there, the plain sum's is not
  std::int32_t width = lanes;
  Geometry<std::int32_t> g{sizes.queries, sizes.segment, sizes.memories, sizes.mem_kv, sizes.left, sizes.right};
  Range<std::int32_t> loaded{};
  std::vector<FieldWeight> tile_values{};

  std::uint64_t draw(Source source, std::int64_t a, std::int64_t b) const { return element_bits(row_bits(seed, source, a), b); }
  std::int64_t product(std::int64_t row, std::int64_t column) const {
    return std::int64_t(draw(Source::q, row, column) % 100000) - 50000;
  }
  FieldWeight value(std::int64_t column, std::int64_t e) const { return {draw(Source::segment_v, column, e) % p}; }
  bool unmasked(std::int64_t row, std::int64_t column) const {
    return uniform(draw(Source::attention_mask, row, column)) < density;
  }

  // The Source.
  void load(Range<std::int32_t> tile) {
    loaded = tile;
    tile_values.clear();
    for (std::int32_t column = tile.begin; column < tile.end; ++column)
      for (std::int32_t e = 0; e < width; ++e) tile_values.push_back(value(column, e));
  }
  bool open(std::int32_t row, std::int32_t column) const { return unmasked(row, column); }
  void score(std::int32_t row, Range<std::int32_t> tile, const std::int32_t* shown, std::int32_t count,
             FieldScore* scores) const {
    ASSERT_EQ(tile.begin, loaded.begin);
    for (std::int32_t k = 0; k < count; ++k) {
      const std::int32_t column = tile.begin + shown[k];
      const std::int64_t distance = std::abs(g.signed_distance(row, column));
      const std::int64_t bias = g.is_persistent(column) ? 0 : -slope * distance + (distance == wrong_distance);
      scores[k] = score_of(product(row, column) + bias);
    }
  }
  const FieldWeight* values() const { return tile_values.data(); }
};

// The specification, with every decision taken anew. `sum` [width + 1]: sums of weight * value, then of weights.
std::vector<FieldWeight> plain_sums(const FieldProblem& problem, std::int64_t row) {
  const auto& g = problem.sizes;
  std::vector<FieldWeight> sums(std::size_t(problem.width) + 1);
  for (std::int64_t column = 0; column < g.mem_kv + g.memories + g.segment; ++column) {
    const bool persistent = column < g.mem_kv;
    const std::int64_t d = (g.segment - g.queries + row) - (column - g.mem_kv - g.memories);
    if (!problem.unmasked(row, column) || (!persistent && (d > g.left || -d > g.right))) continue;
    const FieldWeight weight =
        exponential(score_of(problem.product(row, column) + (persistent ? 0 : -problem.slope * std::abs(d))));
    for (std::int32_t e = 0; e < problem.width; ++e)
      sums[std::size_t(e)] = sums[std::size_t(e)] + weight * problem.value(column, e);
    sums.back() = sums.back() + weight;
  }
  return sums;
}

// Whether a finished row is the plain sum's; `lse` is the sum of weights.
bool same(const RowState<Field>& row, FieldWeight lse, const std::vector<FieldWeight>& sums) {
  if (!(lse == sums.back())) return false;
  for (std::size_t e = 0; e + 1 < sums.size(); ++e)
    if (!(row.sums[e] * sums.back() == sums[e])) return false;
  return true;
}

// Rows that differ from the plain sum; a row whose weights sum to 0 mod p can't be divided and is not counted.
int rows_wrong(FieldProblem& problem, const Tiling& tiling) {
  int wrong = 0;
  Workspace<Field> work(tiling, problem.width);
  for (std::int32_t tile = 0; tile < problem.g.row_tiles(tiling.queries); ++tile) {
    const auto rows = problem.g.row_tile(tiling.queries, tile);
    attend_rows(problem.g, rows, tiling, problem, work);
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      RowState<Field>& state = work.rows[std::size_t(row - rows.begin)];
      if (state.any && state.denominator.residue == 0) continue;
      const FieldWeight lse = finish(state, problem.width);
      wrong += !same(state, lse, plain_sums(problem, row));
    }
  }
  return wrong;
}

FieldProblem random_problem(std::uint64_t seed, std::int64_t most) {
  const auto size = [&](std::int64_t which, std::int64_t limit) {
    return std::int32_t(element_bits(seed, which) % std::uint64_t(limit + 1));
  };
  const auto side = [&](std::int64_t which) { return size(which, 2) == 0 ? std::int32_t(widest_side) : size(which + 10, most); };
  return {.sizes = {size(1, most), size(2, most), size(3, most / 2), size(4, 5), side(5), side(6)}, .seed = seed};
}

TEST(OnlineSoftmax, EqualsThePlainSumExactlyForAnyTilesAndSplits) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    FieldProblem problem = random_problem(seed, 20);
    for (const std::int32_t queries : {1, 3, 16})
      for (const std::int32_t keys : {1, 5, 8, 64})
        for (const std::int32_t splits : {1, 2, 3, 50})
          ASSERT_EQ(rows_wrong(problem, {queries, keys, splits}), 0)
              << "seed " << seed << " tile " << queries << "x" << keys << " splits " << splits;
  }
}

TEST(OnlineSoftmax, ShowsABiasThatIsWrongAtOneFarDistance) {
  FieldProblem problem{.sizes = {3, 90, 10, 2, std::int32_t(widest_side), 0}, .seed = 5};
  problem.density = 1;
  EXPECT_EQ(rows_wrong(problem, {2, 16, 2}), 0);
  problem.wrong_distance = 70;
  EXPECT_EQ(rows_wrong(problem, {2, 16, 2}), 3);
}

// Columns of one row as tiles of three, absorbed in an order that steps through them by `step`, some into a second state.
TEST(OnlineSoftmax, AbsorbsTilesInAnyOrderAndMergesAnyParts) {
  constexpr std::int32_t tiles = 7, wide = 3;
  FieldProblem problem{.sizes = {1, tiles * wide, 0, 0, std::int32_t(widest_side), std::int32_t(widest_side)}, .seed = 11};
  problem.density = 1;
  for (std::int32_t step = 1; step < tiles; ++step)
    for (std::uint64_t parts = 0; parts < 1u << tiles; ++parts) {
      Workspace<Field> work({1, wide, 2}, problem.width);
      clear(work.rows[0], problem.width);
      clear(work.part_rows[0], problem.width);
      for (std::int32_t turn = 0; turn < tiles; ++turn) {
        const std::int32_t tile = turn * step % tiles;
        attend_tile(problem.g, {0, 1}, {tile * wide, (tile + 1) * wide}, problem, work,
                    parts >> turn & 1u ? work.part_rows.data() : work.rows.data());
      }
      merge(work.rows[0], work.part_rows[0], problem.width);
      const FieldWeight lse = finish(work.rows[0], problem.width);
      ASSERT_TRUE(same(work.rows[0], lse, plain_sums(problem, 0))) << "step " << step << " parts " << parts;
    }
}

TEST(OnlineSoftmax, ASinkIsAColumnWithoutAValue) {
  FieldProblem problem{.sizes = {1, 9, 0, 0, std::int32_t(widest_side), 0}, .seed = 3};
  Workspace<Field> work({1, 4, 1}, problem.width);
  attend_rows(problem.g, {0, 1}, {1, 4, 1}, problem, work);
  absorb_without_value(work.rows[0], score_of(-12345), problem.width);
  auto sums = plain_sums(problem, 0);
  sums.back() = sums.back() + exponential(score_of(-12345));
  const FieldWeight lse = finish(work.rows[0], problem.width);
  EXPECT_TRUE(same(work.rows[0], lse, sums));
}

TEST(OnlineSoftmax, AnEmptyRowIsZeroWithAnEmptySum) {
  FieldProblem problem{.sizes = {2, 2, 0, 0, std::int32_t(widest_side), 0}, .seed = 3};
  problem.density = 0;
  Workspace<Field> work({2, 1, 2}, problem.width);
  attend_rows(problem.g, {0, 2}, {2, 1, 2}, problem, work);
  EXPECT_FALSE(work.rows[0].any);
  EXPECT_EQ(finish(work.rows[0], problem.width), Field::empty_log_sum());
  EXPECT_EQ(work.rows[0].sums[0], FieldWeight{});
  absorb_without_value(work.rows[1], score_of(4), problem.width);  // with a sink alone it is zero, and not empty
  EXPECT_EQ(finish(work.rows[1], problem.width), exponential(score_of(4)));
  EXPECT_EQ(work.rows[1].sums[0], FieldWeight{});
}

TEST(OnlineSoftmax, TheFieldHasTheExponentialsLaws) {
  EXPECT_EQ(exponential(score_of(std::int64_t(p) - 1)), FieldWeight{1});
  for (const std::uint64_t prime : {2, 3, 7, 11, 31, 151, 331}) EXPECT_NE(power({7}, (p - 1) / prime), FieldWeight{1});
  EXPECT_EQ(exponential(score_of(-5)) * exponential(score_of(5)), FieldWeight{1});
}

}  // namespace
}  // namespace boresight::impl
