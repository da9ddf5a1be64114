#include "problem/case.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

namespace boresight {
namespace {

Case good() {
  Case c;
  Problem& p = c.problem;
  p.batch = 2, p.heads = p.kv_heads = 2, p.head_dim = p.value_dim = 8;
  p.queries = 3, p.segment = 5, p.memories = 4, p.mem_kv = 2;
  return c;
}

Mask bits(std::size_t count) { return {Mask::Kind::bits, 1, 0, std::vector<bool>(count)}; }

struct Wrong {
  const char* phrase;
  std::function<void(Case&)> change;
};

TEST(Case, NamesTheFieldOutsideItsRange) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Wrong table[] = {
      {"batch is 0", [](Case& c) { c.problem.batch = 0; }},
      {"key_mask is 1.5; allowed: 0 to 1", [](Case& c) { c.key_mask = {Mask::Kind::density, 1.5, 0, {}}; }},
      {"memory_mask is nan", [=](Case& c) { c.memory_mask = {Mask::Kind::density, nan, 0, {}}; }},
      {"attention_mask is -1", [](Case& c) { c.attention_mask = {Mask::Kind::suffix, 1, -1, {}}; }},
      {"key_mask has 0 bits", [](Case& c) { c.key_mask = bits(0); }},
      {"key_mask has 11 bits; allowed: 1 to 10", [](Case& c) { c.key_mask = bits(11); }},
      {"memory_mask has 9 bits; allowed: 1 to 8", [](Case& c) { c.memory_mask = bits(9); }},
      {"attention_mask has 133 bits; allowed: 1 to 132", [](Case& c) { c.attention_mask = bits(133); }},
      {"attention_mask has 34 bits; allowed: 1 to 33",
       [](Case& c) {
         c.attention_mask = bits(34);
         c.attention_mask_broadcast = {true, true};
       }},
      {"its tensor no elements",
       [](Case& c) {
         c.problem.memories = 0;
         c.memory_mask = bits(1);
       }},
      {"dense_hidden is -0.5", [](Case& c) { c.dense_hidden = -0.5; }},
      {"dense_hidden is nan", [=](Case& c) { c.dense_hidden = nan; }},
      {"custom_positions is true", [](Case& c) { c.problem.custom_positions = true; }},
      {"custom_positions is false", [](Case& c) { c.positions = Positions::shuffled; }},
      {"positions=doubled leaves the distance_table",
       [](Case& c) {
         c.positions = Positions::doubled, c.problem.custom_positions = true;
         c.problem.bias.kind = BiasKind::distance_table;
       }},
      {"positions=doubled of 1200000000 rows",
       [](Case& c) {
         c.positions = Positions::doubled, c.problem.custom_positions = true;
         c.problem.segment = 1'200'000'000, c.problem.memories = 0;
       }},
      {"tile_queries is -1", [](Case& c) { c.options.tile_queries = -1; }},
      {"tile_keys is 65537; allowed: 0 to 65536", [](Case& c) { c.options.tile_keys = 65537; }},
      {"splits is -1", [](Case& c) { c.options.splits = -1; }},
      {"threads is 0; allowed: 1 to 1024", [](Case& c) { c.options.threads = 0; }},
      {"kernel holds a letter", [](Case& c) { c.kernel = "two words"; }},
      {"law holds a letter", [](Case& c) { c.law = "a\nb"; }},
  };
  ASSERT_TRUE(validate(good()));
  for (const Wrong& wrong : table) {
    Case c = good();
    wrong.change(c);
    const Status status = validate(c);
    ASSERT_FALSE(status) << wrong.phrase;
    EXPECT_NE(status.error().text().find(wrong.phrase), std::string::npos) << status.error().text();
  }
}

TEST(Case, TakesMasksUpToTheirTensor) {
  Case c = good();
  c.key_mask = bits(10), c.memory_mask = bits(8), c.attention_mask = bits(132);
  EXPECT_TRUE(validate(c));
  c.key_mask = {Mask::Kind::prefix, 1, 100, {}};  // more than a row is the whole row, so that sizes can shrink
  EXPECT_TRUE(validate(c));
}

TEST(Case, DoubledPositionsOfOneQueryAndKeyFitTheTable) {
  Case c = good();
  c.positions = Positions::doubled, c.problem.custom_positions = true, c.problem.bias.kind = BiasKind::distance_table;
  c.problem.queries = c.problem.segment = 1, c.problem.memories = 0;
  EXPECT_TRUE(validate(c));
  c.problem.queries = 2;
  EXPECT_FALSE(validate(c));
  c.problem.queries = 1, c.problem.memories = 1;
  EXPECT_FALSE(validate(c));
}

}  // namespace
}  // namespace boresight
