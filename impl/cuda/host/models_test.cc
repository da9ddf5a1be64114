// The models against cases worked out by hand, from the pictures of the PTX ISA.
#include "impl/cuda/host/models.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace boresight::impl::cuda::models {
namespace {

using Place = std::pair<int, int>;
Place place(At at) { return {at.row, at.column}; }

constexpr float infinity = std::numeric_limits<float>::infinity();

// ---- Fragments ----

TEST(Fragments, LaneFiveHoldsWhatTheIsaDraws) {
  const Place a[] = {{1, 2}, {1, 3}, {9, 2}, {9, 3}, {1, 10}, {1, 11}, {9, 10}, {9, 11}};
  const Place b[] = {{2, 1}, {3, 1}, {10, 1}, {11, 1}};
  const Place d[] = {{1, 2}, {1, 3}, {9, 2}, {9, 3}};
  for (int e = 0; e < 8; ++e) EXPECT_EQ(place(a_at(5, e)), a[e]);
  for (int e = 0; e < 4; ++e) EXPECT_EQ(place(b_at(5, e)), b[e]);
  for (int e = 0; e < 4; ++e) EXPECT_EQ(place(d_at(5, e)), d[e]);
}

TEST(Fragments, HoldEveryElementOnce) {
  std::set<Place> a, b, d;
  for (int lane = 0; lane < warp_size; ++lane) {
    for (int e = 0; e < 8; ++e) a.insert(place(a_at(lane, e)));
    for (int e = 0; e < 4; ++e) b.insert(place(b_at(lane, e)));
    for (int e = 0; e < 4; ++e) d.insert(place(d_at(lane, e)));
  }
  EXPECT_EQ(a.size(), 256u);
  EXPECT_EQ(b.size(), 128u);
  EXPECT_EQ(d.size(), 128u);
  EXPECT_EQ(*a.rbegin(), Place(15, 15));
  EXPECT_EQ(*b.rbegin(), Place(15, 7));
  EXPECT_EQ(*d.rbegin(), Place(15, 7));
}

// ---- Products ----

struct Matrices {
  float a[16][16] = {}, b[16][8] = {}, d[16][8] = {};
};

// Through the lanes' registers and back.
template <class Element>
void multiply(Matrices& m) {
  std::uint32_t a[warp_size][4] = {}, b[warp_size][2] = {};
  float d[warp_size][4];
  Product lanes[warp_size];
  for (int lane = 0; lane < warp_size; ++lane) {
    const auto put = [](std::uint32_t& two, int e, float value) { two |= std::uint32_t(narrow<Element>(value)) << e % 2 * 16; };
    for (int e = 0; e < 8; ++e) put(a[lane][e / 2], e, m.a[a_at(lane, e).row][a_at(lane, e).column]);
    for (int e = 0; e < 4; ++e) put(b[lane][e / 2], e, m.b[b_at(lane, e).row][b_at(lane, e).column]);
    for (int e = 0; e < 4; ++e) d[lane][e] = m.d[d_at(lane, e).row][d_at(lane, e).column];
    lanes[lane] = {d[lane], a[lane], b[lane]};
  }
  multiply_add<Element>(lanes);
  for (int lane = 0; lane < warp_size; ++lane)
    for (int e = 0; e < 4; ++e) m.d[d_at(lane, e).row][d_at(lane, e).column] = d[lane][e];
}

template <class Element>
struct Products : testing::Test {};
using Elements = testing::Types<Bf16, F16>;
TYPED_TEST_SUITE(Products, Elements);

TYPED_TEST(Products, RowByColumn) {
  Matrices m;
  for (int k = 0; k < 16; ++k) {
    m.a[3][k] = 1;
    m.b[k][2] = float(k + 1);
    m.b[k][6] = k % 2 ? -1.0f : 1.0f;
  }
  m.a[12][7] = 0.5f;
  m.d[3][2] = 1000;
  m.d[0][0] = -7;
  multiply<TypeParam>(m);
  Matrices expected;
  expected.d[3][2] = 1136;
  expected.d[12][2] = 4;
  expected.d[12][6] = -0.5f;
  expected.d[0][0] = -7;
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 8; ++column) EXPECT_EQ(m.d[row][column], expected.d[row][column]) << row << ' ' << column;
}

TYPED_TEST(Products, AreExactAndTheSumIsTruncatedOnce) {
  Matrices m;
  m.a[0][0] = m.b[0][0] = 1 + 0x1p-7f;  // squared: 1 + 2^-6 + 2^-14
  m.a[1][0] = m.a[1][1] = 0x1p-12f, m.b[0][1] = m.b[1][1] = 0x1p-13f;
  m.d[1][1] = 1 + 0x1p-23f;  // and 2^-24: a tie, that rounding to even would put up
  m.a[2][0] = m.a[2][1] = m.a[2][2] = -0x1p-12f, m.b[2][1] = 0x1p-13f;
  m.d[2][1] = -1;  // and 3/2 of 2^-24 below it: rounding to nearest would go there
  multiply<TypeParam>(m);
  EXPECT_EQ(m.d[0][0], 1 + 0x1p-6f + 0x1p-14f);
  EXPECT_EQ(m.d[1][1], 1 + 0x1p-23f);
  EXPECT_EQ(m.d[2][1], -1.0f);
}

TYPED_TEST(Products, InfinityAndNanStayInTheirRow) {
  Matrices m;
  m.a[1][0] = infinity;
  m.a[2][0] = NAN;
  for (int column = 0; column < 8; ++column) m.b[0][column] = column ? 2.0f : 0.0f;
  multiply<TypeParam>(m);
  EXPECT_TRUE(std::isnan(m.d[1][0]));  // infinity times 0
  EXPECT_EQ(m.d[1][1], infinity);
  EXPECT_TRUE(std::isnan(m.d[2][5]));
  EXPECT_EQ(m.d[0][3], 0.0f);
}

TEST(TowardZero, KeepsWhatIsAFloatAndCutsTheRest) {
  for (const float x : {0.0f, -0.0f, 1.0f, -3.5f, 0x1p-149f, infinity}) EXPECT_EQ(toward_zero(double(x)), x);
  EXPECT_EQ(toward_zero(1 + 0x1.8p-23), 1 + 0x1p-23f);
  EXPECT_EQ(toward_zero(-1 - 0x1.8p-23), -1 - 0x1p-23f);
  EXPECT_EQ(toward_zero(0x1.8p-150), 0.0f);
  EXPECT_EQ(toward_zero(-1e300), -infinity);
}

// ---- Rows to registers ----

TEST(LoadMatrices, GivesRowOrColumnByGroupAndPair) {
  std::uint16_t memory[32][8];  // row i of matrix m: 64 m + 8 i + column
  std::uint32_t plain[warp_size][4], transposed[warp_size][4];
  Rows rows[warp_size], columns[warp_size];
  for (int lane = 0; lane < warp_size; ++lane) {
    for (int c = 0; c < 8; ++c) memory[lane][c] = std::uint16_t(lane * 8 + c);
    rows[lane] = {plain[lane], memory[lane]};
    columns[lane] = {transposed[lane], memory[lane]};
  }
  load_matrices(rows, false);
  load_matrices(columns, true);
  // Lane 13: group 3, pair 1. Row 3, columns 2 and 3; column 3, rows 2 and 3.
  for (std::uint32_t m = 0; m < 4; ++m) {
    EXPECT_EQ(plain[13][m], (64 * m + 26) | (64 * m + 27) << 16);
    EXPECT_EQ(transposed[13][m], (64 * m + 19) | (64 * m + 27) << 16);
  }
}

// The fragment of A is what four plain matrices give, and B's two of a transposed product: how kernels use it.
TEST(LoadMatrices, GivesTheFragmentsOfAProduct) {
  std::uint16_t a[16][16];
  std::uint32_t r[warp_size][4];
  Rows rows[warp_size];
  for (int i = 0; i < 256; ++i) a[i / 16][i % 16] = std::uint16_t(i);
  for (int lane = 0; lane < warp_size; ++lane) rows[lane] = {r[lane], &a[lane % 16][lane / 16 * 8]};
  load_matrices(rows, false);
  for (int lane = 0; lane < warp_size; ++lane)
    for (int e = 0; e < 8; ++e)
      EXPECT_EQ(r[lane][e / 2] >> e % 2 * 16 & 0xffffu, std::uint32_t(a_at(lane, e).row * 16 + a_at(lane, e).column));
}

// ---- Numbers ----

TEST(Exp2Approx, KnowsItsSpecialNumbers) {
  EXPECT_EQ(exp2_approx(0.0f), 1.0f);
  EXPECT_EQ(exp2_approx(-0.0f), 1.0f);
  EXPECT_EQ(exp2_approx(0x1p-140f), 1.0f);
  EXPECT_EQ(exp2_approx(-infinity), 0.0f);
  EXPECT_EQ(exp2_approx(infinity), infinity);
  EXPECT_EQ(exp2_approx(128.0f), infinity);
  EXPECT_TRUE(std::isnan(exp2_approx(NAN)));
  EXPECT_EQ(exp2_approx(-126.0f), 0x1p-126f);
  EXPECT_EQ(exp2_approx(-126.5f), 0.0f);  // 0x1.6ap-127, were it not subnormal
  EXPECT_EQ(exp2_approx(-3e38f), 0.0f);
}

TEST(Exp2Approx, IsWithinItsBoundAndNotBetter) {
  int off = 0;
  double worst = 0;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 49999) {
    const float x = std::bit_cast<float>(std::uint32_t(bits));
    if (!(std::fabs(x) < 126)) continue;
    const double truth = std::exp2(double(x));
    worst = std::max(worst, std::fabs(double(exp2_approx(x)) - truth) / truth);
    off += exp2_approx(x) != float(truth);
  }
  EXPECT_LE(worst, 0x1p-22);
  EXPECT_GE(worst, 0x1p-24);
  EXPECT_GT(off, 10000);
}

TEST(Pack, PutsTheFirstInTheLowHalfAndRoundsTiesToEven) {
  EXPECT_EQ(pack<Bf16>(1.0f, -2.0f), 0xc0003f80u);
  EXPECT_EQ(pack<F16>(1.0f, -2.0f), 0xc0003c00u);
  EXPECT_EQ(pack<Bf16>(1 + 0x1p-8f, 1 + 0x3p-8f), 0x3f823f80u);
  EXPECT_EQ(pack<F16>(1 + 0x1p-11f, 1 + 0x3p-11f), 0x3c023c00u);
  EXPECT_EQ(widen<Bf16>(0x3fc0), 1.5f);
  EXPECT_EQ(widen<F16>(0x3e00), 1.5f);
}

}  // namespace
}  // namespace boresight::impl::cuda::models
