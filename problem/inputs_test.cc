#include "problem/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "problem/test_cases.h"
#include "problem/token.h"
#include "problem/type.h"

namespace boresight {
namespace {

constexpr Layout layouts[] = {Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed};

Case parsed(const std::string& text) {
  const Result<Case> a_case = parse_token(text);
  EXPECT_TRUE(a_case) << a_case.error().text();
  return *a_case;
}

Inputs inputs_of(const std::string& text) { return make_inputs(parsed(text)); }

// Every element of an f32 tensor, row-major.
std::vector<float> all(const Tensor& t) {
  std::vector<float> result;
  const auto size = [&](int d) { return d < t.rank ? t.shape[d] : 1; };
  const auto stride = [&](int d) { return d < t.rank ? t.stride[d] : 0; };
  for (std::int64_t a = 0; a < size(0); ++a)
    for (std::int64_t b = 0; b < size(1); ++b)
      for (std::int64_t c = 0; c < size(2); ++c)
        for (std::int64_t d = 0; d < size(3); ++d)
          result.push_back(static_cast<float*>(t.data)[a * stride(0) + b * stride(1) + c * stride(2) + d * stride(3)]);
  return result;
}

TEST(Inputs, HashTheSameInEveryLayout) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Case a_case = random_case(seed);
    a_case.layout = Layout::bhnd;
    const std::uint64_t expected = hash(make_inputs(a_case).tensors);
    for (const Layout layout : layouts) {
      a_case.layout = layout;
      ASSERT_EQ(hash(make_inputs(a_case).tensors), expected) << token(a_case);
    }
  }
}

TEST(Inputs, LieAsTheirLayoutSays) {
  Inputs inputs;
  using Strides = std::array<std::int64_t, 4>;
  EXPECT_EQ(inputs.allocate(Type::f32, {2, 3, 5, 7}).stride, (Strides{105, 35, 7, 1}));
  EXPECT_EQ(inputs.allocate(Type::f32, {2, 3, 5, 7}, Layout::bnhd).stride, (Strides{105, 7, 21, 1}));
  EXPECT_EQ(inputs.allocate(Type::f32, {2, 3, 5, 7}, Layout::padded).stride, (Strides{150, 50, 10, 1}));
  EXPECT_EQ(inputs.allocate(Type::f32, {2, 3, 5, 7}, Layout::strided).stride, (Strides{210, 70, 14, 2}));
  EXPECT_EQ(inputs.allocate(Type::f32, {2, 3, 5, 7}, Layout::reversed).stride, (Strides{105, 35, -7, 1}));
  EXPECT_EQ(inputs.allocate(Type::f32, {3, 5, 7}, Layout::bnhd).stride, (Strides{7, 21, 1, 0}));
  EXPECT_EQ(inputs.allocate(Type::f32, {5, 7}, Layout::strided).stride, (Strides{7, 1, 0, 0}));
}

TEST(Inputs, AreZeroedAndHoldNanInTheirGaps) {
  for (const Type type : {Type::f32, Type::f64}) {
    Inputs inputs;
    for (const Layout layout : layouts) {
      const Tensor t = inputs.allocate(type, {2, 3, 5, 7}, layout);
      for (std::int64_t a = 0; a < 2; ++a)
        for (std::int64_t b = 0; b < 3; ++b)
          for (std::int64_t c = 0; c < 5; ++c)
            for (std::int64_t d = 0; d < 7; ++d)
              ASSERT_EQ(type == Type::f32 ? t.at<float>(a, b, c, d) : t.at<double>(a, b, c, d), 0);
    }
    const Tensor padded = inputs.allocate(type, {1, 1, 2, 4}, Layout::padded),
                 strided = inputs.allocate(type, {1, 1, 2, 4}, Layout::strided);
    const auto element = [&](const Tensor& t, int i) {
      return type == Type::f32 ? static_cast<float*>(t.data)[i] : static_cast<double*>(t.data)[i];
    };
    EXPECT_TRUE(std::isnan(element(padded, 4)) && std::isnan(element(padded, 6)) && std::isnan(element(strided, 1)));
  }
}

TEST(Inputs, KeepTheirViewsWhenMoved) {
  Inputs first = inputs_of("bs1 b1 h2 d8 n3 s5");
  const std::uint64_t before = hash(first.tensors);
  const Inputs second = std::move(first);
  EXPECT_EQ(hash(second.tensors), before);
}

TEST(Inputs, HashEveryElementOfEveryTensor) {
  const Inputs inputs =
      inputs_of("bs1 b2 h2 d3 n2 s3 M2 P1 causal bias=forget sink key_mask=0.5 attention_mask=0.5 layout=reversed");
  const std::uint64_t before = hash(inputs.tensors);
  for (const auto& [name, member] : input_tensors) {
    const Tensor& t = inputs.tensors.*member;
    if (!t) continue;
    const std::int64_t lowest =
        t.rank == 4 || t.rank == 3 ? std::min<std::int64_t>(0, t.stride[t.rank - 2] * (t.shape[t.rank - 2] - 1)) : 0;
    std::byte* const start = static_cast<std::byte*>(t.data) + lowest * std::int64_t(bytes(t.type));
    for (std::int64_t i = 0; i < t.elements() * std::int64_t(bytes(t.type)); ++i) {
      start[i] ^= std::byte{1};
      EXPECT_NE(hash(inputs.tensors), before) << name << " byte " << i;
      start[i] ^= std::byte{1};
    }
  }
  EXPECT_EQ(hash(inputs.tensors), before);
}

TEST(Inputs, HashNamesAndShapes) {
  Inputs inputs;
  Tensors tensors;
  tensors.slopes = inputs.allocate(Type::f32, {2, 3});
  const std::uint64_t first = hash(tensors);
  tensors.slopes = inputs.allocate(Type::f32, {3, 2});
  EXPECT_NE(hash(tensors), first);
  Tensors other;
  other.bucket_table = inputs.allocate(Type::f32, {2, 3});
  EXPECT_NE(hash(other), first);
}

// Row r of the larger tensor counted from its end (or start) is row r of the smaller one.
void expect_shared(const Tensor& large, const Tensor& small, bool from_end, const char* name) {
  const std::int64_t shift = from_end ? large.shape[2] - small.shape[2] : 0;
  for (std::int64_t b = 0; b < small.shape[0]; ++b)
    for (std::int64_t h = 0; h < small.shape[1]; ++h)
      for (std::int64_t i = 0; i < small.shape[2]; ++i)
        for (std::int64_t d = 0; d < small.shape[3]; ++d)
          ASSERT_EQ(small.at<float>(b, h, i, d), large.at<float>(b, h, i + shift, d)) << name;
}

TEST(Inputs, KeepTheirValuesWhenASizeShrinks) {
  const std::string tail = " bias=dense dense_hidden=0.2 attention_mask=0.5 seed=3";
  const Inputs large = inputs_of("bs1 b3 h4 d9/8 n7 s11 M6 P4" + tail);
  const Inputs small = inputs_of("bs1 b2 h3 d5/4 n4 s8 M3 P2" + tail);
  const Tensors &l = large.tensors, &s = small.tensors;
  expect_shared(l.q, s.q, true, "q");
  expect_shared(l.memory_k, s.memory_k, true, "memory_k");
  expect_shared(l.memory_v, s.memory_v, true, "memory_v");
  expect_shared(l.segment_k, s.segment_k, true, "segment_k");
  expect_shared(l.segment_v, s.segment_v, true, "segment_v");
  for (std::int64_t g = 0; g < 3; ++g)
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t d = 0; d < 4; ++d) EXPECT_EQ(s.mem_v.at<float>(g, i, d), l.mem_v.at<float>(g, i, d));
  for (std::int64_t i = 0; i < 4; ++i) {
    for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(s.dense.at<float>(1, 2, i, c), l.dense.at<float>(1, 2, i + 3, c + 3));
    for (std::int64_t c = 0; c < 8; ++c) EXPECT_EQ(s.dense.at<float>(1, 2, i, 3 + c), l.dense.at<float>(1, 2, i + 3, 9 + c));
    const auto mask = [&](const Tensors& t, std::int64_t row, std::int64_t c) {
      return t.attention_mask.at<std::uint8_t>(1, 2, row, c);
    };
    for (std::int64_t c = 0; c < 2; ++c) EXPECT_EQ(mask(s, i, c), mask(l, i + 3, c));
    for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(mask(s, i, 2 + c), mask(l, i + 3, 7 + c));
    for (std::int64_t c = 0; c < 8; ++c) EXPECT_EQ(mask(s, i, 5 + c), mask(l, i + 3, 13 + c));
  }
}

TEST(Inputs, KeepTablesByDistanceWhenASizeShrinks) {
  const Inputs large = inputs_of("bs1 b1 h2 d1 n7 s11 M6 bias=distance_table"),
               small = inputs_of("bs1 b1 h2 d1 n3 s8 M2 bias=distance_table");
  for (std::int64_t distance = -2; distance < 10; ++distance)
    EXPECT_EQ(small.tensors.distance_table.at<float>(1, distance + 2), large.tensors.distance_table.at<float>(1, distance + 6));
}

TEST(Inputs, ScaleOrReplaceTheNormalValues) {
  const std::string start = "bs1 b2 h4/2 d8/6 n9 s40 M9 P9 seed=5";
  const Inputs normal = inputs_of(start), integers = inputs_of(start + " values=integers"),
               large = inputs_of(start + " values=large");
  const Inputs tiny = inputs_of(start + " values=tiny"), offset = inputs_of(start + " values=offset");
  for (const auto& [name, member] : {input_tensors[0], input_tensors[1], input_tensors[2], input_tensors[3], input_tensors[6]}) {
    const bool value = name == std::string("mem_v") || name == std::string("segment_v");
    const auto n = all(normal.tensors.*member), i = all(integers.tensors.*member), l = all(large.tensors.*member);
    const auto t = all(tiny.tensors.*member), o = all(offset.tensors.*member);
    ASSERT_FALSE(n.empty());
    for (std::size_t e = 0; e < n.size(); ++e) {
      ASSERT_LT(std::abs(n[e]), 3.5);
      ASSERT_TRUE(i[e] == std::round(i[e]) && std::abs(i[e]) <= 2);
      ASSERT_EQ(l[e], value ? n[e] : 8 * n[e]);
      ASSERT_EQ(t[e], n[e] * 0x1p-12f);
      ASSERT_EQ(o[e], value ? float(10 + 0x1.ap-4 * double(n[e])) : n[e]);
    }
    EXPECT_EQ(*std::min_element(i.begin(), i.end()), -2);
    EXPECT_EQ(*std::max_element(i.begin(), i.end()), 2);
  }
}

TEST(Inputs, GiveAHeadOneKeyWhereValuesAreEqual) {
  const Inputs inputs = inputs_of("bs1 b2 h4/2 d8 n3 s7 M5 P3 values=equal");
  const Tensors& t = inputs.tensors;
  for (std::int64_t g = 0; g < 2; ++g)
    for (std::int64_t d = 0; d < 8; ++d) {
      const float first = t.segment_k.at<float>(0, g, 0, d);
      for (std::int64_t b = 0; b < 2; ++b) {
        for (std::int64_t i = 0; i < 7; ++i) EXPECT_EQ(t.segment_k.at<float>(b, g, i, d), first);
        for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(t.memory_k.at<float>(b, g, i, d), first);
      }
      for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(t.mem_k.at<float>(g, i, d), first);
    }
  EXPECT_NE(t.segment_k.at<float>(0, 0, 0, 0), t.segment_k.at<float>(0, 1, 0, 0));
  EXPECT_NE(t.segment_v.at<float>(0, 0, 0, 0), t.segment_v.at<float>(0, 0, 1, 0));
}

TEST(Inputs, LengthenOneKeyInSixteenWhereOneDominates) {
  const Inputs normal = inputs_of("bs1 b1 h4 d2 n1 s1000"), dominant = inputs_of("bs1 b1 h4 d2 n1 s1000 values=dominant");
  const auto n = all(normal.tensors.segment_k), k = all(dominant.tensors.segment_k);
  int lengthened = 0;
  for (std::size_t e = 0; e < n.size(); e += 2) {
    const float factor = k[e] == n[e] ? 1 : 8;
    EXPECT_TRUE(k[e] == factor * n[e] && k[e + 1] == factor * n[e + 1]);
    lengthened += factor == 8;
  }
  EXPECT_NEAR(lengthened, 250, 60);
  EXPECT_EQ(all(normal.tensors.segment_v), all(dominant.tensors.segment_v));
}

TEST(Inputs, RoundEachTypeOnceFromTheSameNumber) {
  for (const char* values : {"normal", "integers", "large", "tiny", "equal", "dominant", "offset"}) {
    const std::string start = std::string("bs1 b1 h2 d8 n5 s9 values=") + values;
    const Inputs exact = inputs_of(start + " f64"), f32 = inputs_of(start), bf16 = inputs_of(start + " bf16"),
                 f16 = inputs_of(start + " f16");
    for (const auto member : {&Tensors::q, &Tensors::segment_k, &Tensors::segment_v})
      for (std::int64_t i = 0; i < 5; ++i)
        for (std::int64_t d = 0; d < 8; ++d) {
          const double x = (exact.tensors.*member).at<double>(0, 1, i, d);
          EXPECT_EQ((f32.tensors.*member).at<float>(0, 1, i, d), float(x));
          EXPECT_EQ((bf16.tensors.*member).at<std::uint16_t>(0, 1, i, d), to_bf16(float(x)));
          EXPECT_EQ((f16.tensors.*member).at<std::uint16_t>(0, 1, i, d), to_f16(float(x)));
        }
  }
}

std::string mask_text(const Tensor& mask) {
  std::string text;
  for (std::int64_t i = 0; i < mask.elements(); ++i) text += static_cast<const std::uint8_t*>(mask.data)[i] != 0 ? '1' : '0';
  return text;
}

TEST(Inputs, SpellMasksAsTheTokenDoes) {
  const std::string start = "bs1 b2 h1 d1 n1 s4 M1 P1 ";
  EXPECT_EQ(mask_text(inputs_of(start + "key_mask=prefix:3").tensors.key_mask), "11101110");
  EXPECT_EQ(mask_text(inputs_of(start + "key_mask=suffix:1").tensors.key_mask), "00010001");
  EXPECT_EQ(mask_text(inputs_of(start + "key_mask=suffix:9").tensors.key_mask), "11111111");
  EXPECT_EQ(mask_text(inputs_of(start + "key_mask=0b10110").tensors.key_mask), "10110101");
  EXPECT_EQ(mask_text(inputs_of(start + "key_mask=1").tensors.key_mask), "11111111");
  EXPECT_EQ(mask_text(inputs_of(start + "key_mask=0").tensors.key_mask), "00000000");
  EXPECT_EQ(mask_text(inputs_of(start + "memory_mask=0b01").tensors.memory_mask), "01");
  EXPECT_EQ(mask_text(inputs_of(start + "attention_mask=prefix:2").tensors.attention_mask), "110000110000");
  EXPECT_EQ(mask_text(inputs_of(start + "attention_mask=prefix:2 attention_mask_shape=1").tensors.attention_mask), "110000");
  const std::string half = mask_text(inputs_of("bs1 b1 h1 d1 n1 s10000 key_mask=0.7").tensors.key_mask);
  EXPECT_NEAR(double(std::count(half.begin(), half.end(), '1')), 7000, 250);
}

TEST(Inputs, BroadcastAsTheTokenSays) {
  const auto shape = [](const std::string& words) {
    const Inputs inputs = inputs_of("bs1 b2 h3 d1 n4 s5 bias=dense attention_mask=0.5 " + words);
    return std::pair(inputs.tensors.dense.shape, inputs.tensors.attention_mask.shape);
  };
  using Shape = std::array<std::int64_t, 4>;
  EXPECT_EQ(shape(""), std::pair(Shape{2, 3, 4, 5}, Shape{2, 3, 4, 5}));
  EXPECT_EQ(shape("dense_shape=b attention_mask_shape=h"), std::pair(Shape{2, 1, 4, 5}, Shape{1, 3, 4, 5}));
  EXPECT_EQ(shape("dense_shape=1"), std::pair(Shape{1, 1, 4, 5}, Shape{2, 3, 4, 5}));
}

std::vector<int> positions(const Tensor& t, std::int64_t b) {
  std::vector<int> result;
  for (std::int64_t i = 0; i < t.shape[1]; ++i) result.push_back(t.at<std::int32_t>(b, i));
  return result;
}

TEST(Inputs, PlaceQueriesAndKeysByTheirRecipe) {
  const std::string start = "bs1 b2 h1 d1 n4 s6 M2 positions=";
  const Inputs restart = inputs_of(start + "restart"), doubled = inputs_of(start + "doubled");
  const Inputs shuffled = inputs_of(start + "shuffled positions_shape=b");
  EXPECT_EQ(positions(restart.tensors.key_positions, 0), (std::vector<int>{-2, -1, 0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(positions(restart.tensors.query_positions, 0), (std::vector<int>{2, 0, 1, 2}));
  EXPECT_EQ(positions(doubled.tensors.key_positions, 0), (std::vector<int>{-4, -2, 0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(positions(doubled.tensors.query_positions, 0), (std::vector<int>{4, 6, 8, 10}));
  auto first = positions(shuffled.tensors.key_positions, 0), second = positions(shuffled.tensors.key_positions, 1);
  EXPECT_NE(first, second);
  std::sort(first.begin(), first.end()), std::sort(second.begin(), second.end());
  EXPECT_EQ(first, (std::vector<int>{-2, -1, 0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(second, first);
  auto queries = positions(shuffled.tensors.query_positions, 1);
  std::sort(queries.begin(), queries.end());
  EXPECT_EQ(queries, (std::vector<int>{2, 3, 4, 5}));
}

TEST(Inputs, GiveParametersInTheirRanges) {
  const Inputs alibi = inputs_of("bs1 b16 h64 d1 n1 s1 bias=alibi slopes=per_batch sink");
  const auto slopes = all(alibi.tensors.slopes);
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    const float most = std::ldexp(1.0f, -int(1 + i % 64 % 8));
    EXPECT_TRUE(slopes[i] == 0 || (slopes[i] >= most / 16 && slopes[i] <= most)) << i;
  }
  EXPECT_NEAR(double(std::count(slopes.begin(), slopes.end(), 0.0f)), 128, 50);
  const auto sinks = all(alibi.tensors.sinks);
  EXPECT_GT(std::count(sinks.begin(), sinks.end(), -INFINITY), 0);
  EXPECT_LT(std::count(sinks.begin(), sinks.end(), -INFINITY), 24);

  const Inputs forget = inputs_of("bs1 b2 h6 d1 n9 s9 M20 causal bias=forget");
  for (std::int64_t h = 0; h < 6; ++h)
    for (std::int64_t c = 0; c + 1 < 29; ++c)
      EXPECT_LT(forget.tensors.forget.at<float>(1, h, c + 1), forget.tensors.forget.at<float>(1, h, c));

  const Inputs xpos = inputs_of("bs1 b1 h1 d64 n1 s1 rotary=64 frequencies=data xpos xpos_scales=data");
  for (std::int64_t r = 0; r < 32; ++r) {
    const float frequency = xpos.tensors.inverse_frequency.at<float>(r), scale = xpos.tensors.xpos_scale.at<float>(r);
    EXPECT_TRUE(frequency >= std::ldexp(0.5f, -int(r)) && frequency <= std::ldexp(1.0f, -int(r)));
    EXPECT_TRUE(scale >= 0.3125f && scale <= 1);
  }

  const Inputs dense = inputs_of("bs1 b1 h1 d1 n100 s100 bias=dense dense_hidden=0.2");
  const auto entries = all(dense.tensors.dense);
  EXPECT_NEAR(double(std::count(entries.begin(), entries.end(), -INFINITY)), 2000, 200);
}

TEST(Inputs, RoundParametersThroughF32InF64Problems) {
  for (const char* bias :
       {"bias=relative_buckets", "bias=distance_table", "bias=dense", "causal bias=forget", "alibi slopes=per_head"}) {
    const std::string start = std::string("bs1 b2 h2 d4 n3 s5 M2 rotary=4 frequencies=data xpos xpos_scales=data sink ") + bias;
    const Inputs single = inputs_of(start), twice = inputs_of(start + " f64");
    for (const auto& [name, member] : input_tensors) {
      const Tensor &f = single.tensors.*member, &d = twice.tensors.*member;
      if (!f || member == &Tensors::q || member == &Tensors::memory_k || member == &Tensors::memory_v ||
          member == &Tensors::segment_k || member == &Tensors::segment_v)
        continue;
      ASSERT_EQ(d.type, Type::f64) << name;
      for (std::int64_t i = 0; i < f.elements(); ++i)
        ASSERT_EQ(double(static_cast<float*>(f.data)[i]), static_cast<double*>(d.data)[i]) << name;
    }
  }
}

TEST(Inputs, TakeTheBytesThatWereEstimated) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Case a_case = random_case(seed);
    a_case.layout = Layout::bhnd;
    const Inputs inputs = make_inputs(a_case);
    const Problem& p = a_case.problem;
    const std::int64_t rows = p.batch * p.heads * p.queries;
    std::uint64_t sum = std::uint64_t(rows * p.value_dim) * bytes(p.type) + std::uint64_t(rows) * (p.type == Type::f64 ? 8 : 4);
    for (const auto& [name, member] : input_tensors)
      if (inputs.tensors.*member)
        sum += std::uint64_t((inputs.tensors.*member).elements()) * bytes((inputs.tensors.*member).type);
    ASSERT_EQ(input_bytes(a_case), sum) << token(a_case);
    a_case.layout = Layout::strided;
    ASSERT_GE(input_bytes(a_case), sum);
  }
  EXPECT_EQ(input_bytes(parsed("bs1 b65536 h4096 d1 n4095 s1 bias=dense")) >> 40,
            15u);  // q, dense, out and lse: just below 4 TiB each
}

}  // namespace
}  // namespace boresight
