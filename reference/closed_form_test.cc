#include "reference/closed_form.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "reference/random_case_for_tests.h"
#include "reference/sample_for_tests.h"

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

ClosedRow closed(const Sample& sample, std::int64_t i = 0) {
  return closed_form(sample.problem, sample.tensors, 0, 0, i, sample.attend().heads[0]);
}

TEST(ClosedForm, NothingVisibleIsZero) {
  Problem p = tiny(1, 0);
  p.value_dim = 2;
  EXPECT_EQ(closed(Sample(p)).kind, Closed::empty);
  EXPECT_EQ(closed(Sample(p)).out, Vector::Zero(2));
  EXPECT_EQ(closed(Sample(p)).lse, -infinity);
  p.sink = true;
  Sample sample(p);
  sample.set(&Tensors::sinks, {1.5});
  EXPECT_EQ(closed(sample).out, Vector::Zero(2));
  EXPECT_EQ(closed(sample).lse, 1.5);
}

TEST(ClosedForm, OneVisibleColumnIsItsValue) {
  Problem p = tiny(2, 2);
  p.causal = true;
  Sample sample(p);
  sample.set(&Tensors::q, {2});
  sample.set(&Tensors::segment_k, {3});
  sample.set(&Tensors::segment_v, {7, 8});
  EXPECT_EQ(closed(sample).kind, Closed::equal);
  EXPECT_EQ(closed(sample).out[0], 7);
  EXPECT_EQ(closed(sample).lse, 6);
}

TEST(ClosedForm, AZeroQueryGivesTheMeanOfVisibleValues) {
  Problem p = tiny(1, 3, 1, 1);
  p.window.left = 1;  // the row at 2 sees the persistent column, 1 and 2
  Sample sample(p);
  sample.set(&Tensors::q, {0});
  sample.set(&Tensors::mem_v, {3});
  sample.set(&Tensors::segment_v, {100, 4, 8});
  EXPECT_EQ(closed(sample).kind, Closed::equal);
  EXPECT_EQ(closed(sample).out[0], 5);
  EXPECT_NEAR(closed(sample).lse, std::log(3), 1e-15);
}

TEST(ClosedForm, AlibiAloneWeighsValuesGeometrically) {
  Problem p = tiny(1, 4);
  p.value_dim = 4;
  p.bias = {.kind = BiasKind::alibi, .slopes = Slopes::per_head};
  Sample sample(p);
  sample.set(&Tensors::q, {0});
  sample.set(&Tensors::segment_v, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
  sample.set(&Tensors::slopes, {std::log(2)});
  EXPECT_EQ(closed(sample).kind, Closed::geometric);
  EXPECT_TRUE(closed(sample).out.isApprox((Vector(4) << 1, 2, 4, 8).finished() / 15, 1e-15));
  EXPECT_NEAR(closed(sample).lse, std::log(15. / 8), 1e-15);
}

TEST(ClosedForm, OtherRowsAreUnknown) {
  Sample sample(tiny(1, 2));
  sample.set(&Tensors::q, {1});
  sample.set(&Tensors::segment_k, {1, 2});
  EXPECT_EQ(closed(sample).kind, Closed::unknown);
}

// The same case with nothing but ALiBi in its scores.
Case alibi_alone(Case c) {
  c.problem.mem_kv = 0;
  c.problem.zero_kv = false;
  c.problem.softcap_order = SoftcapOrder::before_bias;
  c.problem.bias.kind = BiasKind::alibi;
  return c;
}

// Every row that has a closed form; counts the kinds seen.
void expect_closed_forms(const Sample& sample, std::array<int, 4>& seen) {
  const Problem& p = sample.problem;
  const Attention truth = sample.attend();
  for (std::size_t at = 0; at < truth.heads.size(); ++at) {
    const Head& head = truth.heads[at];
    for (std::int64_t i = 0; i < p.queries; ++i) {
      const ClosedRow row = closed_form(p, sample.tensors, std::int64_t(at) / p.heads, std::int64_t(at) % p.heads, i, head);
      ++seen[std::size_t(row.kind)];
      if (row.kind == Closed::unknown) continue;
      RC_ASSERT((head.out.row(i).transpose() - row.out).cwiseAbs().maxCoeff() <= 1e-13 * (1 + head.value.cwiseAbs().sum()));
      RC_ASSERT(head.lse[i] == row.lse || std::abs(head.lse[i] - row.lse) <= 1e-13 * (1 + std::abs(row.lse)));
    }
  }
}

TEST(ClosedForm, AttendAgreesWhereverThereIsOne) {
  std::array<int, 4> seen{};
  EXPECT_TRUE(rc::check("closed forms", [&] {
    const Case c = any_case();
    expect_closed_forms(Sample(c), seen);
    Sample zero_query(c), alibi(alibi_alone(c));
    for (Sample* sample : {&zero_query, &alibi}) {
      sample->set(&Tensors::q, {0});
      expect_closed_forms(*sample, seen);
    }
  }));
  for (const Closed kind : {Closed::unknown, Closed::empty, Closed::equal, Closed::geometric}) {
    EXPECT_GE(seen[std::size_t(kind)], 10) << int(kind);
  }
}

}  // namespace
}  // namespace boresight::reference
