#include "problem/problem.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

namespace boresight {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

Problem good() {
  Problem p;
  p.batch = 2, p.heads = 6, p.kv_heads = 3, p.head_dim = 16, p.value_dim = 8;
  p.queries = 5, p.segment = 7, p.memories = 3, p.mem_kv = 2;
  return p;
}
Problem with_rotary() {
  Problem p = good();
  p.rotary.dims = 8;
  p.rotary.xpos.on = true;
  return p;
}
Problem with_bias(BiasKind kind) {
  Problem p = good();
  p.bias.kind = kind;
  p.bias.alibi_heads = 6;
  p.causal = kind == BiasKind::forget;
  return p;
}
Problem with_bidirectional_buckets() {
  Problem p = with_bias(BiasKind::relative_buckets);
  p.bias.bidirectional = true;
  return p;
}

struct Wrong {
  const char* phrase;
  Problem start;
  std::function<void(Problem&)> change;
};

TEST(Problem, IsValidAtTheStartOfEveryRowBelow) {
  for (const BiasKind kind :
       {BiasKind::none, BiasKind::alibi, BiasKind::relative_buckets, BiasKind::distance_table, BiasKind::dense, BiasKind::forget})
    EXPECT_TRUE(validate(with_bias(kind)));
  EXPECT_TRUE(validate(with_rotary()));
  EXPECT_TRUE(validate(with_bidirectional_buckets()));
}

TEST(Problem, NamesTheFieldOutsideItsRange) {
  const Problem alibi = with_bias(BiasKind::alibi), t5 = with_bias(BiasKind::relative_buckets);
  const Problem both = with_bidirectional_buckets(), forget = with_bias(BiasKind::forget);
  const Wrong table[] = {
      {"batch is 0; allowed: 1 to 65536", good(), [](Problem& p) { p.batch = 0; }},
      {"batch is 65537", good(), [](Problem& p) { p.batch = 65537; }},
      {"heads is 0", good(), [](Problem& p) { p.heads = 0; }},
      {"heads is 4097", good(), [](Problem& p) { p.heads = p.kv_heads = 4097; }},
      {"kv_heads is 0", good(), [](Problem& p) { p.kv_heads = 0; }},
      {"kv_heads is 7", good(), [](Problem& p) { p.kv_heads = 7; }},
      {"kv_heads is 4; allowed: a divisor of heads (6)", good(), [](Problem& p) { p.kv_heads = 4; }},
      {"head_dim is 0", good(), [](Problem& p) { p.head_dim = 0; }},
      {"head_dim is 513", good(), [](Problem& p) { p.head_dim = 513; }},
      {"value_dim is 0", good(), [](Problem& p) { p.value_dim = 0; }},
      {"value_dim is 513", good(), [](Problem& p) { p.value_dim = 513; }},
      {"queries is -1", good(), [](Problem& p) { p.queries = -1; }},
      {"queries is 2147483521; allowed: 0 to 2147483520", good(), [](Problem& p) { p.queries = size_limit + 1; }},
      {"segment is -1", good(), [](Problem& p) { p.segment = -1; }},
      {"memories is -1", good(), [](Problem& p) { p.memories = -1; }},
      {"mem_kv is -1", good(), [](Problem& p) { p.mem_kv = -1; }},
      {"segment is 9223372036854775807", good(), [](Problem& p) { p.segment = std::numeric_limits<std::int64_t>::max(); }},
      {"mem_kv + memories + segment is 2147483521", good(), [](Problem& p) { p.segment = size_limit - 4; }},
      {"elements in one tensor; allowed: below 2^40", good(), [](Problem& p) { p.queries = size_limit, p.batch = 1000; }},
      {"elements in one tensor", good(), [](Problem& p) { p.segment = size_limit - 9, p.batch = 1000; }},
      {"window left is -2", good(), [](Problem& p) { p.window.left = -2; }},
      {"window right is -2", good(), [](Problem& p) { p.window.right = -2; }},
      {"softcap is -1", good(), [](Problem& p) { p.softcap = -1; }},
      {"softcap is inf", good(), [](Problem& p) { p.softcap = infinity; }},
      {"softcap is nan", good(), [](Problem& p) { p.softcap = nan; }},
      {"softcap is 1e-60", good(), [](Problem& p) { p.softcap = 1e-60; }},
      {"scale is 1e+300; allowed: a finite f32", good(), [](Problem& p) { p.scale = 1e300; }},
      {"scale is nan", good(), [](Problem& p) { p.scale = nan; }},
      {"type is u8", good(), [](Problem& p) { p.type = Type::u8; }},
      {"type is i32", good(), [](Problem& p) { p.type = Type::i32; }},
      {"alibi_heads is -1", alibi, [](Problem& p) { p.bias.alibi_heads = -1; }},
      {"alibi_heads is 7; allowed: 0 to 6", alibi, [](Problem& p) { p.bias.alibi_heads = 7; }},
      {"buckets is 1", t5, [](Problem& p) { p.bias.buckets = 1; }},
      {"buckets is 2", both, [](Problem& p) { p.bias.buckets = 2; }},
      {"buckets is 7; allowed: an even number when bidirectional", both, [](Problem& p) { p.bias.buckets = 7; }},
      {"max_distance is 16; allowed: 17", t5, [](Problem& p) { p.bias.max_distance = 16; }},
      {"max_distance is 8; allowed: 9", both, [](Problem& p) { p.bias.max_distance = 8; }},
      {"bias_scale is nan", t5, [](Problem& p) { p.bias.bias_scale = nan; }},
      {"memories is 9223372036854775807", forget, [](Problem& p) { p.memories = std::numeric_limits<std::int64_t>::max(); }},
      {"bias=forget sees later keys", forget, [](Problem& p) { p.causal = false; }},
      {"queries is 11 with bias=forget", forget, [](Problem& p) { p.queries = 11; }},
      {"bias=forget with custom positions", forget, [](Problem& p) { p.custom_positions = true; }},
      {"xpos without rotary", good(), [](Problem& p) { p.rotary.xpos.on = true; }},
      {"rotary is -2", with_rotary(), [](Problem& p) { p.rotary.dims = -2; }},
      {"rotary is 18; allowed: 2 to 16", with_rotary(), [](Problem& p) { p.rotary.dims = 18; }},
      {"rotary is 7", with_rotary(), [](Problem& p) { p.rotary.dims = 7; }},
      {"base is 0", with_rotary(), [](Problem& p) { p.rotary.base = 0; }},
      {"base is nan", with_rotary(), [](Problem& p) { p.rotary.base = nan; }},
      {"base_rescale is -1", with_rotary(), [](Problem& p) { p.rotary.base_rescale = -1; }},
      {"interpolation is 0", with_rotary(), [](Problem& p) { p.rotary.interpolation = 0; }},
      {"xpos_scale_base is inf", with_rotary(), [](Problem& p) { p.rotary.xpos.scale_base = infinity; }},
      {"xpos_center is nan", with_rotary(), [](Problem& p) { p.rotary.xpos.center = nan; }},
  };
  for (const Wrong& wrong : table) {
    Problem p = wrong.start;
    ASSERT_TRUE(validate(p)) << wrong.phrase;
    wrong.change(p);
    const Status status = validate(p);
    ASSERT_FALSE(status) << wrong.phrase;
    EXPECT_NE(status.error().text().find(wrong.phrase), std::string::npos) << status.error().text();
  }
}

TEST(Problem, TakesTheEndsOfItsRanges) {
  Problem p = good();
  p.batch = 1, p.heads = p.kv_heads = 1, p.head_dim = p.value_dim = 512;
  p.queries = size_limit, p.mem_kv = p.memories = 0, p.segment = size_limit;
  EXPECT_TRUE(validate(p));  // 2^40 - 2^16 elements
  p.batch = 2;
  EXPECT_FALSE(validate(p));
  p = good();
  p.queries = p.segment = p.memories = p.mem_kv = 0;
  EXPECT_TRUE(validate(p));
  p = with_bias(BiasKind::relative_buckets);
  p.bias.buckets = 2, p.bias.max_distance = 2;
  EXPECT_TRUE(validate(p));
}

TEST(Problem, RoundsParametersOnceToF32) {
  Problem p = good();
  EXPECT_EQ(effective_scale(p), 0.25);
  p.head_dim = 3;
  EXPECT_EQ(effective_scale(p), double(float(1 / std::sqrt(3.0))));
  p.scale = 0.1;
  EXPECT_EQ(effective_scale(p), double(0.1f));
  p.type = Type::f64;
  EXPECT_EQ(effective_scale(p), 0.1);
  EXPECT_EQ(parameter(p, 1.0 / 3), 1.0 / 3);
}

}  // namespace
}  // namespace boresight
