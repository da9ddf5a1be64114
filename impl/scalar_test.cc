// The scalar kernel on small cases whose answer is plain: means of integers, a loop in double, empty and poisoned rows.
// Agreement on everything else is judged from outside, by the properties.
#include "impl/scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "impl/convert.h"
#include "impl/geometry.h"
#include "impl/kernels.h"
#include "problem/inputs.h"

namespace boresight::impl {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

struct Results {
  std::vector<float> out, lse;  // [B][H][n][Dv], [B][H][n]
};

Results run(const Case& a_case, Inputs& inputs, bool with_lse = true) {
  const Problem& problem = a_case.problem;
  Tensors tensors = inputs.tensors;
  tensors.out = inputs.allocate(problem.type, {problem.batch, problem.heads, problem.queries, problem.value_dim}, a_case.layout);
  if (with_lse) tensors.lse = inputs.allocate(Type::f32, {problem.batch, problem.heads, problem.queries});
  scalar_kernel().run(problem, tensors, a_case.options);
  Results results;
  for (std::int64_t b = 0; b < problem.batch; ++b)
    for (std::int64_t h = 0; h < problem.heads; ++h)
      for (std::int64_t i = 0; i < problem.queries; ++i) {
        for (std::int64_t e = 0; e < problem.value_dim; ++e)
          results.out.push_back(read_element(tensors.out, tensors.out.offset(b, h, i, e)));
        if (with_lse) results.lse.push_back(tensors.lse.at<float>(b, h, i));
      }
  return results;
}
Results run(const Case& a_case) {
  Inputs inputs = make_inputs(a_case);
  return run(a_case, inputs);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

// Two sequences, four heads on two, memories and persistent columns, more keys than queries.
Case usual() {
  Case a_case;
  Problem& p = a_case.problem;
  p.batch = 2, p.heads = 4, p.kv_heads = 2, p.head_dim = 5, p.value_dim = 3;
  p.queries = 7, p.segment = 9, p.memories = 6, p.mem_kv = 2;
  a_case.seed = 17;
  return a_case;
}

Mask share_open(double density) {
  Mask mask;
  mask.kind = Mask::Kind::density;
  mask.density = density;
  return mask;
}
Mask first_open(std::int64_t count) {
  Mask mask;
  mask.kind = Mask::Kind::prefix;
  mask.count = count;
  return mask;
}

const Options tilings[] = {{}, {1, 1, 1, 1}, {3, 5, 1, 1}, {3, 5, 2, 1}, {16, 4, 3, 2}, {2, 2, 4, 1}, {7, 1000, 9, 1}};

// The values of a column as doubles, and delta, read without the kernel's own helpers.
double value_at(const Problem& p, const Tensors& t, std::int64_t b, std::int64_t g, std::int64_t c, std::int64_t e, bool key) {
  if (c < p.mem_kv) return (key ? t.mem_k : t.mem_v).at<float>(g, c, e);
  if (c < p.mem_kv + p.memories) return (key ? t.memory_k : t.memory_v).at<float>(b, g, c - p.mem_kv, e);
  return (key ? t.segment_k : t.segment_v).at<float>(b, g, c - p.mem_kv - p.memories, e);
}
bool sees(const Problem& p, std::int64_t i, std::int64_t c) {
  const std::int64_t d = (p.segment - p.queries + i) - (c - p.mem_kv - p.memories);
  return c < p.mem_kv ||
         ((!p.causal || d >= 0) && (p.window.left < 0 || d <= p.window.left) && (p.window.right < 0 || -d <= p.window.right));
}

TEST(Scalar, ZeroQueriesGiveMeansOfIntegersExactlyForAnyTilesAndSplits) {
  Case a_case = usual();
  a_case.values = Values::integers;
  a_case.problem.causal = true;
  a_case.problem.window.left = 8;
  const Problem& p = a_case.problem;
  Inputs inputs = make_inputs(a_case);
  std::memset(inputs.tensors.q.data, 0, std::size_t(inputs.tensors.q.elements()) * sizeof(float));
  for (const Options& options : tilings) {
    a_case.options = options;
    const Results results = run(a_case, inputs);
    std::size_t at = 0;
    for (std::int64_t bhi = 0; bhi < p.batch * p.heads * p.queries; ++bhi)
      for (std::int64_t e = 0; e < p.value_dim; ++e) {
        const std::int64_t i = bhi % p.queries, h = bhi / p.queries % p.heads, b = bhi / p.queries / p.heads;
        double sum = 0, count = 0;
        for (std::int64_t c = 0; c < p.columns(); ++c) {
          if (!sees(p, i, c)) continue;
          sum += value_at(p, inputs.tensors, b, h / 2, c, e, false);
          count += 1;
        }
        EXPECT_EQ(results.out[at++], float(sum) / float(count));
      }
  }
}

// |q|, |k|, |v| are below 3.5, so with D = 5 a product is below 62, scaled below 28; slopes are below 1/4 and distances
// below 16. Every score then errs by less than 16 roundings of numbers below 64, every exponential by its argument's
// roundings and its own, every sum by its 17 additions: (e^d - 1) * 2 max|v| with d = 64 * 32 * 2^-24, and again for the sums.
constexpr double plain_bound = 2 * 3.5 * (64 * 32 + 64) * 0x1p-24;

TEST(Scalar, AgreesWithAPlainLoopInDouble) {
  Case a_case = usual();
  a_case.problem.causal = true;
  a_case.problem.bias.kind = BiasKind::alibi;
  a_case.problem.bias.alibi_heads = 4;
  a_case.memory_mask = first_open(4);
  const Problem& p = a_case.problem;
  Inputs inputs = make_inputs(a_case);
  for (const Options& options : tilings) {
    a_case.options = options;
    const Results results = run(a_case, inputs);
    for (std::int64_t bhi = 0; bhi < p.batch * p.heads * p.queries; ++bhi) {
      const std::int64_t i = bhi % p.queries, h = bhi / p.queries % p.heads, b = bhi / p.queries / p.heads;
      double denominator = 0;
      std::vector<double> sums(std::size_t(p.value_dim));
      for (std::int64_t c = 0; c < p.columns(); ++c) {
        if (!sees(p, i, c) || (p.mem_kv + 4 <= c && c < p.mem_kv + p.memories)) continue;
        double score = 0;
        for (std::int64_t d = 0; d < p.head_dim; ++d)
          score += double(inputs.tensors.q.at<float>(b, h, i, d)) * value_at(p, inputs.tensors, b, h / 2, c, d, true);
        score *= double(float(1 / std::sqrt(5.0)));
        if (c >= p.mem_kv)
          score -= std::exp2(-2.0 * double(h + 1)) * double(p.memories + p.segment - p.queries + i - (c - p.mem_kv));
        denominator += std::exp(score);
        for (std::int64_t e = 0; e < p.value_dim; ++e)
          sums[std::size_t(e)] += std::exp(score) * value_at(p, inputs.tensors, b, h / 2, c, e, false);
      }
      EXPECT_NEAR(results.lse[std::size_t(bhi)], std::log(denominator), plain_bound);
      for (std::int64_t e = 0; e < p.value_dim; ++e)
        EXPECT_NEAR(results.out[std::size_t(bhi * p.value_dim + e)], sums[std::size_t(e)] / denominator, plain_bound);
    }
  }
}

TEST(Scalar, EmptyRowsAreZeroAndHaveNoSum) {
  Case a_case = usual();
  a_case.attention_mask = share_open(0);
  for (const Options& options : tilings) {
    a_case.options = options;
    const Results results = run(a_case);
    for (const float out : results.out) EXPECT_EQ(out, 0.0f);
    for (const float lse : results.lse) EXPECT_EQ(lse, -infinity);
  }
}

TEST(Scalar, EmptyRowsWithASinkSumToIt) {
  Case a_case = usual();
  a_case.problem.sink = true;
  a_case.attention_mask = share_open(0);
  Inputs inputs = make_inputs(a_case);
  float* sinks = static_cast<float*>(inputs.tensors.sinks.data);
  sinks[0] = 1000, sinks[1] = -infinity, sinks[2] = 0.5f, sinks[3] = -1000;
  const Results results = run(a_case, inputs);
  for (const float out : results.out) EXPECT_EQ(out, 0.0f);
  for (std::size_t at = 0; at < results.lse.size(); ++at) EXPECT_EQ(results.lse[at], sinks[at / 7 % 4]);
}

TEST(Scalar, ASinkOfMinusInfinityIsNoSink) {
  Case a_case = usual();
  const Results without = run(a_case);
  a_case.problem.sink = true;
  Inputs inputs = make_inputs(a_case);
  for (std::int64_t h = 0; h < 4; ++h) inputs.tensors.sinks.at<float>(h) = -infinity;
  const Results with = run(a_case, inputs);
  EXPECT_TRUE(same_bits(with.out, without.out) && same_bits(with.lse, without.lse));
}

TEST(Scalar, AZeroKeyIsASinkOfZero) {
  Case a_case = usual();
  a_case.problem.zero_kv = true;
  const Results zero_key = run(a_case);
  a_case.problem.zero_kv = false;
  a_case.problem.sink = true;
  Inputs inputs = make_inputs(a_case);
  for (std::int64_t h = 0; h < 4; ++h) inputs.tensors.sinks.at<float>(h) = 0;
  const Results sink = run(a_case, inputs);
  EXPECT_TRUE(same_bits(zero_key.out, sink.out) && same_bits(zero_key.lse, sink.lse));
}

// NaN in every key and value that key_mask and memory_mask hide.
TEST(Scalar, MaskedKeysAndValuesMayHoldAnything) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
    Case a_case = usual();
    a_case.problem.type = type;
    a_case.problem.rotary.dims = 4;
    a_case.problem.bias.kind = BiasKind::alibi;
    a_case.key_mask = a_case.memory_mask = share_open(0.5);
    Inputs inputs = make_inputs(a_case);
    const Results clean = run(a_case, inputs);
    const Tensors& t = inputs.tensors;
    const float poison[] = {nan, nan, infinity, nan, -infinity};
    int poisoned = 0;
    for (std::int64_t b = 0; b < 2; ++b)
      for (std::int64_t g = 0; g < 2; ++g) {
        const auto spoil = [&](const Tensor& mask, const Tensor& k, const Tensor& v) {
          for (std::int64_t row = 0; row < k.shape[2]; ++row) {
            if (mask.at<std::uint8_t>(b, row) != 0) continue;
            write_row(k, k.offset(b, g, row, 0), 5, poison);
            write_row(v, v.offset(b, g, row, 0), 3, poison);
            ++poisoned;
          }
        };
        spoil(t.memory_mask, t.memory_k, t.memory_v);
        spoil(t.key_mask, t.segment_k, t.segment_v);
      }
    const Results spoilt = run(a_case, inputs);
    EXPECT_GT(poisoned, 0);
    EXPECT_TRUE(same_bits(clean.out, spoilt.out) && same_bits(clean.lse, spoilt.lse));
  }
}

TEST(Scalar, LayoutsAndThreadsAndAnUnwantedSumChangeNoBit) {
  Case a_case = usual();
  const Results plain = run(a_case);
  for (const Layout layout : {Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed}) {
    a_case.layout = layout;
    a_case.options.threads = 3;
    Inputs inputs = make_inputs(a_case);
    EXPECT_TRUE(same_bits(run(a_case, inputs, false).out, plain.out));
  }
}

TEST(Scalar, TakesNoQueriesAndNoColumns) {
  Case a_case = usual();
  a_case.problem.queries = 0;
  EXPECT_TRUE(run(a_case).out.empty());
  a_case = usual();
  a_case.problem.segment = a_case.problem.memories = a_case.problem.mem_kv = 0;
  for (const float lse : run(a_case).lse) EXPECT_EQ(lse, -infinity);
}

TEST(Scalar, IsTheFirstKernelOfTheTableAndRefusesF64) {
  ASSERT_FALSE(kernels().empty());
  const Kernel& scalar = kernels()[0];
  EXPECT_EQ(scalar.name, "scalar");
  EXPECT_EQ(scalar.unavailable, "");
  Problem problem;
  EXPECT_EQ(scalar.unsupported(problem, {}), "");
  problem.type = Type::f64;
  EXPECT_NE(scalar.unsupported(problem, {}), "");
}

TEST(Scalar, PromisesLongerChainsForSmallerTiles) {
  const Problem problem = usual().problem;  // 17 columns, head_dim 5
  const Arithmetic whole = scalar_kernel().arithmetic(problem, {}), split = scalar_kernel().arithmetic(problem, {1, 2, 3, 1});
  EXPECT_EQ(whole.dot_chain, 3);
  EXPECT_EQ(whole.value_chain, 15 + 1);  // a block of 16 and the block with the 17th
  EXPECT_EQ(whole.rescales, 0);
  EXPECT_EQ(split.value_chain, 1 + 8 + 2);  // two columns, nine tiles, three parts
  EXPECT_EQ(split.rescales, 8 + 2);
}

}  // namespace
}  // namespace boresight::impl
