#include "reference/attention.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "reference/decode.h"
#include "reference/random_case_for_tests.h"
#include "reference/sample_for_tests.h"

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double roundings = 64 * 0x1p-53;  // more than the few that these small rows take

TEST(Attention, WeighsValuesByTheExponentialOfTheirScores) {
  Problem p = tiny(1, 2);
  p.scale = 2;
  Sample sample(p);
  sample.set(&Tensors::q, {0.5});
  sample.set(&Tensors::segment_k, {std::log(2), 0});
  sample.set(&Tensors::segment_v, {3, 9});
  const Head head = sample.attend().heads[0];
  EXPECT_NEAR(head.weights(0, 0), 2. / 3, roundings);
  EXPECT_NEAR(head.out(0, 0), 5, 5 * roundings);
  EXPECT_NEAR(head.lse[0], std::log(3), roundings);
  EXPECT_EQ(head.maximum[0], std::log(2));
}

TEST(Attention, ScaleDefaultsToTheRootAndLeavesTheBiasAlone) {
  Problem p = tiny(1, 1);
  p.head_dim = 4;
  p.bias.kind = BiasKind::dense;
  Sample sample(p);
  sample.set(&Tensors::q, {1});
  sample.set(&Tensors::segment_k, {1, 2, 3, 4});
  sample.set(&Tensors::dense, {7});
  EXPECT_EQ(sample.attend().heads[0].product(0, 0), 5);
  EXPECT_EQ(sample.attend().heads[0].scores(0, 0), 12);
  sample.problem.scale = -0.25;
  EXPECT_EQ(sample.attend().heads[0].scores(0, 0), 4.5);
}

TEST(Attention, ScaleIsRoundedToF32OnlyOutsideF64) {
  Problem p = tiny(1, 1);
  p.scale = 0.1;
  for (const Type type : {Type::f64, Type::f32}) {
    p.type = type;
    Sample sample(p);
    sample.set(&Tensors::q, {1});
    sample.set(&Tensors::segment_k, {1});
    EXPECT_EQ(sample.attend().heads[0].product(0, 0), type == Type::f64 ? 0.1 : double(0.1f));
  }
}

TEST(Attention, SoftcapComesAfterOrBeforeTheBias) {
  Problem p = tiny(1, 1, 0, 1);
  p.scale = 1;
  p.softcap = 2;
  p.bias.kind = BiasKind::dense;
  Sample sample(p);
  sample.set(&Tensors::q, {3});
  sample.set(&Tensors::mem_k, {1});
  sample.set(&Tensors::segment_k, {1});
  sample.set(&Tensors::dense, {5});
  const Head after = sample.attend().heads[0];
  sample.problem.softcap_order = SoftcapOrder::before_bias;
  const Head before = sample.attend().heads[0];
  EXPECT_EQ(after.scores(0, 0), 2 * std::tanh(1.5));  // a persistent column is capped too
  EXPECT_EQ(after.scores(0, 1), 2 * std::tanh(4.));
  EXPECT_EQ(before.scores(0, 0), 2 * std::tanh(1.5));
  EXPECT_EQ(before.scores(0, 1), 2 * std::tanh(1.5) + 5);
}

TEST(Attention, HeadsShareKeysGroupedOrTiled) {
  Problem p = tiny(1, 1);
  p.heads = 4;
  p.kv_heads = 2;
  Sample sample(p);
  sample.set(&Tensors::segment_v, {10, 20});
  const auto outputs = [&] {
    std::vector<double> result;
    for (const Head& head : sample.attend().heads) result.push_back(head.out(0, 0));
    return result;
  };
  EXPECT_EQ(outputs(), (std::vector<double>{10, 10, 20, 20}));
  sample.problem.head_map = HeadMap::tiled;
  EXPECT_EQ(outputs(), (std::vector<double>{10, 20, 10, 20}));
}

TEST(Attention, ColumnsStandInOrderAndPersistentOnesAreSharedBySequences) {
  Problem p = tiny(1, 1, 1, 1);
  p.batch = 2;
  p.zero_kv = true;
  Sample sample(p);
  sample.set(&Tensors::mem_v, {1});
  sample.set(&Tensors::memory_v, {2, 3});
  sample.set(&Tensors::segment_v, {4, 5});
  const Attention truth = sample.attend();
  EXPECT_EQ(truth.heads[0].value.transpose(), (Matrix(1, 4) << 0, 1, 2, 4).finished());
  EXPECT_EQ(truth.heads[1].value.transpose(), (Matrix(1, 4) << 0, 1, 3, 5).finished());
}

TEST(Attention, ZeroKeyAndSinkTakeTheirShare) {
  Problem p = tiny(1, 2);
  p.zero_kv = p.sink = true;
  Sample sample(p);
  sample.set(&Tensors::q, {0});
  sample.set(&Tensors::segment_v, {3, 6});
  sample.set(&Tensors::sinks, {std::log(3)});
  const Head head = sample.attend().heads[0];
  EXPECT_NEAR(head.out(0, 0), 9. / 6, 2 * roundings);
  EXPECT_NEAR(head.lse[0], std::log(6), 2 * roundings);
  EXPECT_NEAR(head.weights.row(0).sum(), 0.5, roundings);
  EXPECT_EQ(head.maximum[0], std::log(3));
}

TEST(Attention, EmptyRowsAreZeroWithTheSinkAsLse) {
  Problem p = tiny(2, 2);
  p.heads = 3;
  p.sink = true;
  Sample sample(p);
  sample.set(&Tensors::sinks, {-4, 2, -infinity});
  sample.add(&Tensors::key_mask, Type::u8, {1, 2}, {0, 0});
  const Attention truth = sample.attend();
  const double expected[] = {-4, 2, -infinity};
  for (int h = 0; h < 3; ++h) {
    EXPECT_EQ(truth.heads[h].out, Matrix::Zero(2, 1));
    EXPECT_EQ(truth.heads[h].weights, Matrix::Zero(2, 2));
    EXPECT_EQ(truth.heads[h].lse, Vector::Constant(2, expected[h]));
    EXPECT_EQ(truth.heads[h].maximum, Vector::Constant(2, expected[h]));
  }
  EXPECT_EQ(truth.out_of_domain, "");
}

TEST(Attention, RowsBeforeEveryKeyAreEmpty) {
  Problem p = tiny(3, 1);
  p.causal = true;
  const Head head = Sample(p).attend().heads[0];
  EXPECT_EQ(head.lse[0], -infinity);
  EXPECT_EQ(head.lse[1], -infinity);
  EXPECT_TRUE(std::isfinite(head.lse[2]));
  EXPECT_EQ(head.out.topRows(2), Matrix::Zero(2, 1));
}

TEST(Attention, NoQueriesAndNoKeysAreFine) {
  EXPECT_EQ(Sample(tiny(0, 3)).attend().heads[0].out.rows(), 0);
  const Head head = Sample(tiny(2, 0)).attend().heads[0];
  EXPECT_EQ(head.out, Matrix::Zero(2, 1));
  EXPECT_EQ(head.lse, Vector::Constant(2, -infinity));
  for (const BiasKind kind : {BiasKind::alibi, BiasKind::relative_buckets, BiasKind::distance_table, BiasKind::dense}) {
    Problem p = tiny(0, 0);
    p.bias.kind = kind;
    p.custom_positions = true;
    EXPECT_EQ(Sample(p).attend().heads[0].out.size(), 0);
  }
}

TEST(Attention, HugeScoresDoNotOverflow) {
  Sample sample(tiny(1, 2));
  sample.set(&Tensors::q, {1});
  sample.set(&Tensors::segment_k, {1e5, 1e5});
  sample.set(&Tensors::segment_v, {1, 3});
  EXPECT_EQ(sample.attend().heads[0].out(0, 0), 2);
  EXPECT_EQ(sample.attend().heads[0].lse[0], 1e5 + std::log(2));
}

// The output, bit for bit, NaN included.
void same_bits(const Attention& a, const Attention& b) {
  RC_ASSERT(a.heads.size() == b.heads.size());
  RC_ASSERT(a.out_of_domain == b.out_of_domain);
  for (std::size_t at = 0; at < a.heads.size(); ++at) {
    RC_ASSERT(a.heads[at].out == b.heads[at].out);
    RC_ASSERT(a.heads[at].lse == b.heads[at].lse);
    RC_ASSERT(a.heads[at].weights == b.heads[at].weights);
    RC_ASSERT(a.heads[at].magnitude == b.heads[at].magnitude);
    RC_ASSERT(a.heads[at].angle_magnitude == b.heads[at].angle_magnitude);
  }
}

RC_GTEST_PROP(Attention, RandomCasesAreValidAndInTheDomain, ()) {
  const Sample sample(any_case());
  RC_ASSERT(bool(validate(sample.problem)));
  RC_ASSERT(bool(validate(sample.problem, sample.tensors)));
  RC_ASSERT(sample.attend().out_of_domain == "");
}

RC_GTEST_PROP(Attention, MemoryOfAnEarlierResultChangesNothing, ()) {
  const Sample first(any_case()), second(any_case());
  Attention result = first.attend();
  attend(second.problem, second.tensors, result);
  same_bits(result, second.attend());
}

RC_GTEST_PROP(Attention, LayoutChangesNothing, ()) {
  Case plain = any_case();
  const Sample other(plain);
  plain.layout = Layout::bhnd;
  same_bits(other.attend(), Sample(plain).attend());
}

// Writes NaN into every row of a [B][G][columns][width] tensor that a [B][columns] mask hides.
void poison(const Tensor& rows, const Tensor& mask) {
  if (!mask) return;
  each_row(rows, [&](const Row& row) {
    if (mask.at<std::uint8_t>(row.index[0], row.index[2]) != 0) return;
    for (std::int64_t d = 0; d < row.count; ++d) store(row.data, rows.type, d * row.stride, nan);
  });
}

RC_GTEST_PROP(Attention, NaNHiddenByRuleOneChangesNothing, ()) {
  Sample sample(any_case());
  const Attention before = sample.attend();
  const Tensors& t = sample.tensors;
  poison(t.memory_k, t.memory_mask);
  poison(t.memory_v, t.memory_mask);
  poison(t.segment_k, t.key_mask);
  poison(t.segment_v, t.key_mask);
  same_bits(before, sample.attend());
}

RC_GTEST_PROP(Attention, NoSinkIsASinkAtMinusInfinity, ()) {
  Case c = any_case();
  c.problem.sink = true;
  Sample sample(c);
  sample.set(&Tensors::sinks, {-infinity});
  c.problem.sink = false;
  same_bits(sample.attend(), Sample(c).attend());
}

RC_GTEST_PROP(Attention, WeightsAndSinkSumToOne, ()) {
  const Sample sample(any_case());
  const Attention truth = sample.attend();
  for (std::size_t at = 0; at < truth.heads.size(); ++at) {
    const Head& head = truth.heads[at];
    for (Index i = 0; i < head.out.rows(); ++i) {
      const double sink = sample.problem.sink ? element(sample.tensors.sinks, Index(at) % sample.problem.heads) : -infinity;
      const double taken = std::isinf(head.lse[i]) ? 1 : std::exp(sink - head.lse[i]);
      RC_ASSERT(std::abs(head.weights.row(i).sum() + taken - 1) <= roundings * (1 + std::abs(head.maximum[i])) ||
                std::isinf(head.lse[i]));
      RC_ASSERT((head.visible.row(i) || head.weights.row(i).array() == 0).all());
    }
  }
}

RC_GTEST_PROP(Attention, MagnitudeBoundsEveryProduct, ()) {
  const Sample sample(any_case());
  const double scale = effective_scale(sample.problem);
  for (const Head& head : sample.attend().heads) {
    RC_ASSERT((head.product.array().abs() <= scale * head.magnitude.array() * (1 + roundings)).all());
  }
}

// Turning every pair of q by one more small angle, as a rotation that is off by a fraction of frequency * t = 1 would.
RC_GTEST_PROP(Attention, AngleMagnitudeBoundsWhatWrongAnglesDo, ()) {
  Case c = any_case();
  c.problem.rotary.dims = std::max<std::int64_t>(2, c.problem.rotary.dims);
  c.problem.rotary.xpos.on = false;
  c.problem.custom_positions = true;
  c.problem.bias.kind = BiasKind::none;
  const Sample sample(c);
  const Attention right = sample.attend();
  Sample moved(c);
  each_row(moved.tensors.query_positions, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d) ++reinterpret_cast<std::int32_t*>(row.data)[d];
  });
  const Attention wrong = moved.attend();
  const double scale = effective_scale(c.problem);
  for (std::size_t at = 0; at < right.heads.size(); ++at) {
    const auto change = (wrong.heads[at].product - right.heads[at].product).array().abs().eval();
    const Head& head = right.heads[at];
    RC_ASSERT((change <= scale * head.angle_magnitude.array() + scale * head.magnitude.array() * roundings).all());
  }
}

TEST(Attention, MagnitudesOfOnePairByHand) {
  Problem p = tiny(1, 1);
  p.head_dim = 3;
  p.scale = 1;
  p.rotary.dims = 2;
  p.rotary.interpolation = 4;
  p.rotary.frequencies_as_data = true;
  Sample sample(p);
  sample.set(&Tensors::inverse_frequency, {0.5});
  sample.set(&Tensors::q, {3, -4, -2});
  sample.set(&Tensors::segment_k, {-5, 12, 7});
  const Head head = sample.attend().heads[0];
  EXPECT_NEAR(head.magnitude(0, 0), 5 * 13 + 14, 1e-13);
  EXPECT_NEAR(head.angle_magnitude(0, 0), 0.5 / 4 * 5 * 13, 1e-13);
}

}  // namespace
}  // namespace boresight::reference
