#include "problem/token.h"

#include <gtest/gtest.h>

#include <clocale>
#include <string>

#include "problem/inputs.h"
#include "problem/test_cases.h"
#include "problem/words.h"

namespace boresight {
namespace {

Case parsed(std::string_view text) {
  const Result<Case> result = parse_token(text);
  if (result) return *result;
  ADD_FAILURE() << text << "\n  " << result.error().text();
  return {};
}

TEST(Token, RoundTripsEveryField) {
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    const Case a_case = random_case(seed);
    const std::string text = token(a_case);
    const Result<Case> result = parse_token(text);
    ASSERT_TRUE(result) << text << "\n  " << result.error().text();
    ASSERT_EQ(*result, a_case) << text;
    ASSERT_EQ(token(*result), text);
  }
}

TEST(Token, SpellsEveryWordAndEveryChoiceInRandomCases) {
  std::string all;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) all += token(random_case(seed)) + ' ';
  const Case defaults;
  for (const Word& word : words()) {
    const char end = word.form == Form::flag ? ' ' : '=';
    const bool named = word.form == Form::flag || word.form == Form::value;
    EXPECT_TRUE(!named || all.find(' ' + std::string(word.name) + end) != all.npos) << word.name;
    for (const std::string_view choice : word.choices) {
      Case changed;
      ASSERT_TRUE(word.parse(changed, choice)) << word.name;
      const std::string spelling =
          (word.form == Form::bare ? " " : ' ' + std::string(word.name) + '=') + std::string(choice) + ' ';
      const bool is_default = changed == defaults;
      EXPECT_EQ(all.find(spelling) == all.npos, is_default) << spelling;
    }
  }
}

TEST(Token, NamesAKernelWithItsInstructionSet) {
  const Case a_case = parsed("bs1 b1 h2 d16 n8 s16 kernel=simd/flash@avx3");
  EXPECT_EQ(a_case.kernel, "simd/flash@avx3");
  EXPECT_EQ(token(a_case), "bs1 b1 h2 d16 n8 s16 kernel=simd/flash@avx3");
}

TEST(Token, IsTheExampleOfItsHeader) {
  const std::string text =
      "bs1 b2 h8/2 d64 n17 s24 M5 P3 causal window=16,0 bias=alibi softcap=30 sink head_map=tiled key_mask=0.7 "
      "memory_mask=0b01101 bf16 seed=9 kernel=scalar";
  const Case a_case = parsed(text);
  const Problem& p = a_case.problem;
  EXPECT_EQ(p.kv_heads, 2);
  EXPECT_EQ(p.value_dim, 64);
  EXPECT_EQ(p.memories, 5);
  EXPECT_EQ(p.mem_kv, 3);
  EXPECT_EQ(p.window, (Window{16, 0}));
  EXPECT_EQ(p.bias.alibi_heads, 8);
  EXPECT_EQ(a_case.key_mask.density, 0.7);
  EXPECT_EQ(a_case.memory_mask.bits, (std::vector<bool>{false, true, true, false, true}));
  EXPECT_EQ(p.type, Type::bf16);
  EXPECT_EQ(a_case.kernel, "scalar");
  EXPECT_EQ(token(a_case), text);
}

TEST(Token, TakesWordsInAnyOrderAndOtherSpellings) {
  const Case plain = parsed("bs1 b1 h2 d16 n8 s16 causal bias=alibi");
  EXPECT_EQ(parsed("bs1 alibi s16 causal n8 f32 d16 h2/2 b1"), plain);
  EXPECT_EQ(parsed("  bs1\tb1 h2 d16/16 n8 s16 M0 P0 causal alibi alibi_heads=2 window=-1,-1 threads=1\n"), plain);
  EXPECT_EQ(parsed("bs1 b1 h2 d16 n8 s16 t5"), parsed("bs1 b1 h2 d16 n8 s16 bias=relative_buckets"));
  EXPECT_EQ(parsed("bs1 b1 h2 d16 n8 s16 bias=t5"), parsed("bs1 b1 h2 d16 n8 s16 t5 buckets=32"));
  EXPECT_EQ(parsed("bs1 b1 h2 d16 n8 s16 window=5").problem.window, (Window{5, unlimited}));
}

TEST(Token, LeavesOutDefaultsAndFieldsThatDoNotApply) {
  EXPECT_EQ(token(Case{}), "bs1 b1 h1 d1 n0 s0");
  Case a_case = parsed("bs1 b1 h2 d16 n8 s16 key_mask=0.5");
  a_case.problem.bias.alibi_heads = 1;
  a_case.problem.bias.buckets = 64;
  a_case.problem.rotary.base = 500;
  a_case.problem.softcap_order = SoftcapOrder::before_bias;
  a_case.dense_hidden = 0.5;
  a_case.key_mask.count = 3;
  EXPECT_EQ(token(a_case), "bs1 b1 h2 d16 n8 s16 key_mask=0.5");
  EXPECT_EQ(canonical(a_case), parsed("bs1 b1 h2 d16 n8 s16 key_mask=0.5"));
}

TEST(Token, DoesNotChangeWithTheLocale) {
  const char* const before = std::setlocale(LC_ALL, nullptr);
  const std::string saved = before;
  std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed, decimals have a comma
  const Case a_case = parsed("bs1 b1 h2 d16 n8 s16 scale=0.125");
  EXPECT_EQ(a_case.problem.scale, 0.125);
  EXPECT_EQ(token(a_case), "bs1 b1 h2 d16 n8 s16 scale=0.125");
  std::setlocale(LC_ALL, saved.c_str());
}

TEST(Token, ParsesTheLargestSizesWithoutMemory) {
  const Case a_case = parsed("bs1 b1 h1 d1 n2147483520 s2147483520 attention_mask=0.5 bias=dense");
  EXPECT_GT(input_bytes(a_case), std::uint64_t{1} << 60);
}

struct Malformed {
  const char* text;
  int column;
  const char* phrase;
};

// "bs1 b1 h2 d16 n8 s16 " has 21 letters: the next word stands at column 22.
constexpr Malformed malformed[] = {
    {"", 1, "empty token"},
    {"   ", 1, "empty token"},
    {"bs2 b1 h2 d16 n8 s16", 1, "begins with bs2"},
    {"b1 h2 d16 n8 s16", 1, "begins with b1; a token begins with bs1"},
    {"  BS1 b1", 3, "begins with BS1"},
    {"bs1", 4, "missing: b h d n s"},
    {"bs1 b1 h2", 10, "missing: d n s"},
    {"bs1 b1 d16 n8 s16 causal", 25, "missing: h"},
    {"bs1 b1 h2 d16 n8 s16 casual", 22, "unknown word casual; did you mean causal?"},
    {"bs1 b1 h2 d16 n8 s16 cusal", 22, "did you mean causal?"},
    {"bs1 b1 h2 d16 n8 s16 bf61", 22, "did you mean bf16?"},
    {"bs1 b1 h2 d16 n8 s16 alibu", 22, "did you mean alibi?"},
    {"bs1 b1 h2 d16 n8 s16 m6", 22, "unknown word m6; did you mean M6?"},
    {"bs1 b1 H2 d16 n8 s16", 8, "unknown word H2; did you mean h2?"},
    {"bs1 b1 h2 d16 n8 s16 windo=3,0", 22, "did you mean window=3,0?"},
    {"bs1 b1 h2 d16 n8 s16 key_maks=0.5", 22, "did you mean key_mask=0.5?"},
    {"bs1 b1 h2 d16 n8 s16 zzzqqq", 22, "unknown word zzzqqq; the words are b h d n s"},
    {"bs1 b1 h2 d16 n8 s16 k17", 22, "unknown word k17"},
    {"bs1 b1 h2 d16 n8 s16 \x01\x02", 22, "unknown word ??"},
    {"bs1 b1 h2 d16 n8 s16 =3", 22, "unknown word =3"},
    {"bs1 b1 h2 d16 n8 s16 bs1", 22, "unknown word bs1"},
    {"bs1 b1 h2 d16 n8 s16 causal sink causal", 34, "causal given twice; first at column 22"},
    {"bs1 b1 h2 d16 n8 s16 b1", 22, "b given twice; first at column 5"},
    {"bs1 b1 h2 d16 n8 s16 f16 bf16", 26, "type given twice"},
    {"bs1 b1 h2 d16 n8 s16 bias=dense t5", 33, "bias given twice"},
    {"bs1 b1 h2 d16 n8 s16 window", 22, "window has no value; write window=16,0"},
    {"bs1 b1 h2 d16 n8 s16 causal=1", 22, "causal=1 is not written so; write causal"},
    {"bs1 b1 h=2 d16 n8 s16", 8, "h=2 is not written so; write h8/2"},
    {"bs1 b1 h d16 n8 s16", 8, "h has no value"},
    {"bs1 b1 h2/ d16 n8 s16", 8, "h2/ is not understood; h takes heads, or heads/kv_heads"},
    {"bs1 b1 h3/2 d16 n8 s16", 8, "kv_heads is 2; allowed: a divisor of heads (3)"},
    {"bs1 b0 h2 d16 n8 s16", 5, "batch is 0; allowed: 1 to 65536"},
    {"bs1 b1 h2 d513 n8 s16", 11, "head_dim is 513; allowed: 1 to 512"},
    {"bs1 b1 h2 d16/0 n8 s16", 11, "value_dim is 0"},
    {"bs1 b1 h2 d16 n-3 s16", 15, "queries is -3; allowed: 0 to 2147483520"},
    {"bs1 b1 h2 d16 n8 s99999999999999999999", 18, "s takes a whole number"},
    {"bs1 b1 h1 d1 n8 s2147483520 M5", 17, "mem_kv + memories + segment is 2147483525"},
    {"bs1 b1 h1 d1 n8 s2147483520 P5", 29, "mem_kv + memories + segment is 2147483525"},
    {"bs1 b65536 h2 d16 n8 s2147483520", 5, "elements in one tensor"},
    {"bs1 b1 h2 d16 n8 s16 bias=alibo", 22, "did you mean bias=alibi? bias takes none, alibi"},
    {"bs1 b1 h2 d16 n8 s16 layout=", 22, "layout= is not understood; layout takes bhnd"},
    {"bs1 b1 h2 d16 n8 s16 window=3,", 22, "window takes left,right"},
    {"bs1 b1 h2 d16 n8 s16 window=-2", 22, "window left is -2"},
    {"bs1 b1 h2 d16 n8 s16 scale=1.2.3", 22, "scale takes a number"},
    {"bs1 b1 h2 d16 n8 s16 scale=nan", 22, "scale is nan"},
    {"bs1 b1 h2 d16 n8 s16 softcap=-1", 22, "softcap is -1"},
    {"bs1 b1 h2 d16 n8 s16 softcap=1e-60", 22, "above 0 and finite in f32"},
    {"bs1 b1 h2 d16 n8 s16 seed=-1", 22, "seed takes a whole number"},
    {"bs1 b1 h2 d16 n8 s16 alibi alibi_heads=3", 28, "alibi_heads is 3; allowed: 0 to 2"},
    {"bs1 b1 h2 d16 n8 s16 alibi_heads=1", 22, "needs bias=alibi"},
    {"bs1 b1 h2 d16 n8 s16 alibi slopes=per_head alibi_heads=1", 44, "needs bias=alibi with slopes=geometric"},
    {"bs1 b1 h2 d16 n8 s16 rotary=4 xpos_center=3", 31, "it needs xpos"},
    {"bs1 b1 h2 d16 n8 s16 xpos", 22, "it needs rotary"},
    {"bs1 b1 h2 d16 n8 s16 rotary=18", 22, "rotary is 18; allowed: 2 to 16"},
    {"bs1 b1 h2 d16 n8 s16 rotary=3", 22, "rotary is 3; allowed: an even number"},
    {"bs1 b1 h2 d16 n8 s16 t5 buckets=1024", 25, "max_distance is 128; allowed: 513"},
    {"bs1 b1 h2 d16 n8 s16 t5 max_distance=9", 25, "max_distance is 9; allowed: 17"},
    {"bs1 b1 h2 d16 n8 s16 bias=forget", 22, "needs causal or window right = 0"},
    {"bs1 b1 h2 d16 n8 s16 key_mask=1.5", 22, "key_mask is 1.5; allowed: 0 to 1"},
    {"bs1 b1 h2 d16 n8 s16 key_mask=prefix:-1", 22, "key_mask is -1"},
    {"bs1 b1 h2 d16 n8 s16 key_mask=0b012", 22, "key_mask takes a density, prefix:count"},
    {"bs1 b1 h2 d16 n8 s2 key_mask=0b010", 21, "key_mask has 3 bits; allowed: 1 to 2"},
    {"bs1 b1 h2 d16 n8 s2 memory_mask=0b0", 21, "memory_mask has bits, and its tensor no elements"},
    {"bs1 b1 h2 d16 n8 s16 attention_mask_shape=b", 22, "it needs attention_mask"},
    {"bs1 b1 h2 d16 n8 s16 positions_shape=b", 22, "it needs positions"},
    {"bs1 b1 h2 d16 n8 s16 bias=dense dense_hidden=2", 33, "dense_hidden is 2; allowed: 0 to 1"},
    {"bs1 b1 h2 d16 n8 s16 bias=distance_table positions=doubled", 42, "leaves the distance_table"},
    {"bs1 b1 h2 d16 n8 s16 causal bias=forget positions=restart", 29, "bias=forget with custom positions"},
    {"bs1 b1 h2 d16 n8 s16 tile=16", 22, "tile takes queries x keys, such as tile=16x32"},
    {"bs1 b1 h2 d16 n8 s16 threads=0", 22, "threads is 0; allowed: 1 to 1024"},
    {"bs1 b1 h2 d16 n8 s16 threads=99999999999", 22, "threads takes a whole number"},
    {"bs1 b1 h2 d16 n8 s16 splits=-1", 22, "splits is -1"},
    {"bs1 b1 h2 d16 n8 s16 law=", 22, "law takes a law's name"},
    {"bs1 b1 h2 d16 n8 s16 kernel=a;b", 22, "kernel holds a letter that a token can't"},
};

TEST(Token, TellsWhereAndWhatIsWrong) {
  static_assert(std::size(malformed) >= 50);
  for (const auto& [text, column, phrase] : malformed) {
    const Result<Case> result = parse_token(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().where, "column " + std::to_string(column)) << text << "\n  " << result.error().text();
    EXPECT_NE(result.error().text().find(phrase), std::string::npos) << text << "\n  " << result.error().text();
  }
}

TEST(Token, SurvivesChangedLetters) {
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Dice dice(seed);
    std::string text = token(random_case(seed % 200));
    for (int change = 0; change < 3; ++change)
      text[std::size_t(dice.range(0, std::int64_t(text.size()) - 1))] = char(dice.range(0, 255));
    const Result<Case> result = parse_token(text);
    EXPECT_TRUE(result ? *parse_token(token(*result)) == *result : !result.error().text().empty()) << text;
  }
}

TEST(Token, RefusesAVeryLongWordQuickly) {
  const std::string text = "bs1 " + std::string(1'000'000, 'x');
  const Result<Case> result = parse_token(text);
  ASSERT_FALSE(result);
  EXPECT_LT(result.error().text().size(), 1'000u);
}

}  // namespace
}  // namespace boresight
