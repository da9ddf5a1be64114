// Tokens as seeds, and the dictionary: both read off the grammar's table (problem/words.h), so a new word is in them too.
#include <fmt/format.h>

#include <set>

#include "fuzz/seeds/seeds.h"
#include "problem/token.h"
#include "problem/words.h"

namespace boresight::fuzz {
namespace {

// What a word may need around it. The first that makes a token of it is taken.
constexpr const char* surroundings[] = {"",
                                        "causal ",
                                        "P2 M2 ",
                                        "bias=alibi ",
                                        "bias=relative_buckets ",
                                        "bias=dense ",
                                        "rotary=8 ",
                                        "rotary=8 xpos ",
                                        "positions=shuffled ",
                                        "softcap=2 ",
                                        "attention_mask=0.5 "};

// A token with this word; with the word alone where nothing around makes one, for then the error is the seed.
std::string token_with(const Word& word, const std::string& whole) {
  for (const char* const around : surroundings) {
    std::string sizes;
    for (const auto& [name, size] : {std::pair{"b", "b2"}, {"h", "h4/2"}, {"d", "d32"}, {"n", "n3"}, {"s", "s16"}})
      if (word.name != name) sizes += fmt::format(" {}", size);
    std::string text = fmt::format("bs1{} {}{}", sizes, around, whole);
    if (parse_token(text)) return text;
  }
  return fmt::format("bs1 b1 h1 d1 n1 s1 {}", whole);
}

void add_words(Seeds& seeds) {
  for (const Word& word : words()) {
    seeds.push_back({fmt::format("edge-word-{}", word.name), token_with(word, std::string(word.example))});
    for (const std::string_view choice : word.choices)
      seeds.push_back({fmt::format("edge-choice-{}-{}", word.name, choice), token_with(word, spelled(word, choice))});
  }
  for (const Alias& alias : aliases()) {
    std::string name(alias.spelling);
    for (char& letter : name)
      if (letter == '=') letter = '-';
    seeds.push_back({"edge-alias-" + name, fmt::format("bs1 b1 h2 d2 n2 s3 {}", alias.spelling)});
  }
}

constexpr const char* others[][2] = {
    {"small", "bs1 b1 h2 d4 n3 s5 M2 P1 causal bias=alibi"},
    {"least", "bs1 b1 h1 d1 n0 s0"},
    {"largest-sizes", "bs1 b65536 h4096/4096 d512 n0 s0"},
    {"most-columns", "bs1 b1 h1 d1 n2147483520 s2147483518 M1 P1"},
    {"any-order", "bs1 seed=7 f16 P1 causal s3 M2 n2 d4/2 h4/2 b2 t5"},
    {"longer-than-need-be", "bs1 b1 h2/2 d4/4 n2 s3 M0 P0 window=-1,-1 f32 threads=1 splits=0 tile=0x0 softcap=0"},
    {"spaces", "  bs1\tb1   h1 d1\n n1 s1  "},
    {"numbers-shortest", "bs1 b1 h1 d1 n1 s1 scale=0.1 softcap=3e-5 seed=18446744073709551615"},
    {"numbers-in-full", "bs1 b1 h1 d1 n1 s1 scale=0.10000000000000001 softcap=1.17549435e-38"},
    {"number-minus-0", "bs1 b1 h1 d1 n1 s1 scale=-0"},
    {"mask-bits", "bs1 b2 h1 d1 n2 s2 key_mask=0b0110 attention_mask=0b01"},
    {"mask-counts", "bs1 b2 h1 d1 n2 s2 M2 key_mask=prefix:0 memory_mask=suffix:2147483520"},
    {"mask-densities", "bs1 b2 h1 d1 n2 s2 M2 key_mask=0 memory_mask=1 attention_mask=1e-300"},
    {"law-and-kernel", "bs1 b1 h1 d1 n1 s1 law=agrees_with_reference kernel=simd/flash@avx3"},
    {"bad-empty", ""},
    {"bad-version", "bs9 b1 h1 d1 n1 s1"},
    {"bad-version-alone", "bs1"},
    {"bad-missing-size", "bs1 b1 h1 d1 n1"},
    {"bad-unknown-word", "bs1 b1 h1 d1 n1 s1 acausal"},
    {"bad-unknown-letter", "bs1 b1 h1 d1 n1 s1 Q4"},
    {"bad-twice", "bs1 b1 h1 d1 n1 s1 sink M1 sink"},
    {"bad-twice-by-alias", "bs1 b1 h1 d1 n1 s1 alibi bias=none"},
    {"bad-no-value", "bs1 b1 h1 d1 n1 s1 softcap"},
    {"bad-empty-value", "bs1 b1 h1 d1 n1 s1 scale="},
    {"bad-no-name", "bs1 b1 h1 d1 n1 s1 =0.5"},
    {"bad-flag-with-value", "bs1 b1 h1 d1 n1 s1 sink=on"},
    {"bad-no-divisor", "bs1 b1 h8/3 d1 n1 s1"},
    {"bad-slash", "bs1 b1 h/2 d1/ n1 s1"},
    {"bad-zero-width", "bs1 b1 h1 d0 n1 s1"},
    {"bad-negative-size", "bs1 b1 h1 d1 n1 s-1"},
    {"bad-size-past-32-bits", "bs1 b1 h1 d1 n2147483521 s1"},
    {"bad-size-past-64-bits", "bs1 b1 h1 d1 n1 s9223372036854775808"},
    {"bad-columns-together", "bs1 b1 h1 d1 n1 s2147483000 M500 P21"},
    {"bad-elements", "bs1 b65536 h1 d512 n32768 s1"},
    {"bad-tab-and-bytes", "bs1 b1 h1 d1 n1 s1 \x7f\x01\xff"},
    {"bad-window-sides", "bs1 b1 h1 d1 n1 s1 window=1,2,3"},
    {"bad-window-negative", "bs1 b1 h1 d1 n1 s1 window=3,-2"},
    {"bad-number", "bs1 b1 h1 d1 n1 s1 scale=0x1p-3"},
    {"bad-infinity", "bs1 b1 h1 d1 n1 s1 scale=inf"},
    {"bad-number-past-f32", "bs1 b1 h1 d1 n1 s1 softcap=1e39"},
    {"bad-choice", "bs1 b1 h1 d1 n1 s1 layout=bhdn"},
    {"bad-needs", "bs1 b1 h1 d1 n1 s1 slopes=per_head"},
    {"bad-needs-of-needs", "bs1 b1 h2 d2 n1 s1 rotary=2 xpos_scales=data"},
    {"bad-rotary-odd", "bs1 b1 h1 d4 n1 s1 rotary=3"},
    {"bad-buckets", "bs1 b1 h1 d1 n1 s1 bias=relative_buckets buckets=5 bidirectional"},
    {"bad-forget-later-keys", "bs1 b1 h1 d1 n1 s1 bias=forget window=2,1"},
    {"bad-mask-digit", "bs1 b1 h1 d1 n1 s4 key_mask=0b0120"},
    {"bad-mask-too-long", "bs1 b1 h1 d1 n1 s2 key_mask=0b011"},
    {"bad-mask-no-bits", "bs1 b1 h1 d1 n1 s2 key_mask=0b"},
    {"bad-mask-density", "bs1 b1 h1 d1 n1 s2 key_mask=-0.1"},
    {"bad-mask-of-nothing", "bs1 b1 h1 d1 n1 s0 key_mask=0b1"},
    {"bad-positions", "bs1 b1 h1 d1 n1500000000 s1500000000 positions=doubled"},
    {"bad-threads", "bs1 b1 h1 d1 n1 s1 threads=1025"},
    {"bad-tile", "bs1 b1 h1 d1 n1 s1 tile=4x"},
    {"bad-name-letter", "bs1 b1 h1 d1 n1 s1 kernel=sc$alar"},
};

}  // namespace

Seeds token_seeds() {
  Seeds seeds;
  add_words(seeds);
  for (const auto& [name, input] : others) seeds.push_back({fmt::format("edge-{}", name), input});
  return seeds;
}

std::string token_dictionary() {
  std::set<std::string> entries{"bs1", "prefix:", "suffix:", "0b", "2147483520", "9223372036854775807"};
  for (const Word& word : words()) {
    if (word.form != Form::bare) entries.insert(spelled(word, ""));
    if (!word.example.empty()) entries.insert(std::string(word.example));
    for (const std::string_view choice : word.choices) entries.insert(spelled(word, choice));
  }
  for (const Alias& alias : aliases()) entries.insert(std::string(alias.spelling));
  std::string text = "# The words of a token (problem/words.cc) for libFuzzer's -dict=. Written by build/release/fuzz_seeds.\n";
  for (const std::string& entry : entries) text += fmt::format("\"{}\"\n", entry);
  return text;
}

}  // namespace boresight::fuzz
