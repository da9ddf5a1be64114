#include "bench/attention_cases.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <span>

#include "problem/token.h"

namespace boresight::bench {
namespace {

// A name, and the words of a token that it stands for.
struct Words {
  const char* name;
  const char* words;
};
using Names = std::initializer_list<const char*>;

// Many queries; xl512 has 16 persistent columns, 512 memories and 512 keys of its own.
constexpr Words prefill[] = {
    {"pre512", "b1 h8 d64 n512 s512"},         {"pre1024", "b1 h8 d64 n1024 s1024"},
    {"pre2048d128", "b1 h8 d128 n2048 s2048"}, {"gqa1024", "b1 h32/8 d128 n1024 s1024"},
    {"xl512", "b1 h8 d64 n512 s512 M512 P16"},
};

// One query, and a few of them, as with speculation.
constexpr Words decode[] = {
    {"dec4096", "b1 h32/8 d128 n1 s4096"},
    {"dec8x2048", "b8 h32/8 d128 n1 s2048"},
    {"dec4096n4", "b1 h32/8 d128 n4 s4096"},
    {"dec4096n16", "b1 h32/8 d128 n16 s4096"},
};

constexpr Words modes[] = {
    {"plain", ""},
    {"causal", "causal"},
    {"alibi", "bias=alibi"},
    {"alibi_causal", "bias=alibi causal"},
    {"dense", "bias=dense"},
    {"t5", "bias=t5 bidirectional"},
    {"key_mask", "key_mask=0.9"},
};

// Causal throughout, as where encodings are compared by their cost.
constexpr Words encoding_shapes[] = {
    {"prefill_512", "b1 h8 d64 n512 s512 causal"}, {"prefill_512_P16", "b1 h8 d64 n512 s512 P16 causal"},
    {"xl_256", "b1 h8 d64 n256 s256 M512 causal"}, {"xl_256_P16", "b1 h8 d64 n256 s256 M512 P16 causal"},
    {"decode_2048", "b1 h8 d64 n1 s2048 causal"},  {"decode_2048_P16", "b1 h8 d64 n1 s2048 P16 causal"},
};
constexpr Words encodings[] = {
    {"none", ""},
    {"alibi", "bias=alibi"},
    {"t5", "bias=t5"},
    {"dense", "bias=dense"},
    {"rope", "rotary=64"},
    {"rope_rescaled", "rotary=64 base_rescale=2"},
    {"xpos", "rotary=64 xpos"},
};

// One size grows, all else stays: time should grow as the scores do.
constexpr Words growth_n[] = {
    {"n128", "b1 h2 d64 n128 s128"},    {"n256", "b1 h2 d64 n256 s256"},       {"n512", "b1 h2 d64 n512 s512"},
    {"n1024", "b1 h2 d64 n1024 s1024"}, {"n2048", "b1 h2 d64 n2048 s2048"},    {"n4096", "b1 h2 d64 n4096 s4096"},
    {"n8192", "b1 h2 d64 n8192 s8192"}, {"n16384", "b1 h2 d64 n16384 s16384"},
};
constexpr Words growth_P[] = {
    {"P0", "b1 h8 d64 n512 s512"},      {"P4", "b1 h8 d64 n512 s512 P4"},     {"P16", "b1 h8 d64 n512 s512 P16"},
    {"P64", "b1 h8 d64 n512 s512 P64"}, {"P128", "b1 h8 d64 n512 s512 P128"}, {"P512", "b1 h8 d64 n512 s512 P512"},
};
constexpr Words growth_M[] = {
    {"M0", "b1 h8 d64 n512 s512"},        {"M16", "b1 h8 d64 n512 s512 M16"},   {"M64", "b1 h8 d64 n512 s512 M64"},
    {"M128", "b1 h8 d64 n512 s512 M128"}, {"M256", "b1 h8 d64 n512 s512 M256"}, {"M512", "b1 h8 d64 n512 s512 M512"},
};

constexpr Words mask_shapes[] = {{"pre1024", "b1 h8 d64 n1024 s1024"}};
constexpr Words masks[] = {
    {"plain", ""},
    {"key_mask", "key_mask=0.9"},
    {"key_mask_half", "key_mask=0.5"},
    {"padding", "key_mask=prefix:768"},
    {"attention_mask", "attention_mask=0.9 attention_mask_shape=1"},
    {"attention_mask_per_head", "attention_mask=0.9"},
    {"window", "window=256,0"},
    {"softcap", "softcap=30"},
};

struct Series {
  const char* name;
  std::span<const Words> shapes, modes;
  Names modes_taken;  // of them, by name; none: all
  Names types;
  Names kernels;
};

const Series table[] = {
    {"prefill", prefill, modes, {}, {"f32", "bf16", "f16"}, {"simd/flash"}},
    {"decode",
     decode,
     modes,
     {"plain", "alibi", "dense", "t5", "key_mask"},
     {"f32", "bf16", "f16"},
     {"simd/flash", "simd/decode"}},
    {"encodings", encoding_shapes, encodings, {}, {"f32"}, {"reference", "scalar", "simd/flash", "simd/decode"}},
    {"growth_n", growth_n, modes, {"plain", "causal", "alibi"}, {"f32"}, {"simd/flash"}},
    {"growth_P", growth_P, modes, {"plain", "alibi"}, {"f32"}, {"simd/flash"}},
    {"growth_M", growth_M, modes, {"plain", "alibi"}, {"f32"}, {"simd/flash"}},
    {"masks", mask_shapes, masks, {}, {"f32"}, {"simd/flash"}},
};

bool takes(const Series& series, std::string_view mode) {
  if (series.modes_taken.size() == 0) return true;
  for (const std::string_view taken : series.modes_taken)
    if (taken == mode) return true;
  return false;
}

Case parsed(const std::string& token) {
  const Result<Case> result = parse_token(token);
  if (!result) {
    fmt::print(stderr, "{}: {}\n", token, result.error().text());
    std::abort();
  }
  return *result;
}

std::vector<AttentionCase> all() {
  std::vector<AttentionCase> cases;
  for (const Series& series : table)
    for (const Words& shape : series.shapes)
      for (const Words& mode : series.modes)
        for (const char* type : series.types)
          if (takes(series, mode.name))
            cases.push_back({fmt::format("{}/{}/{}/{}", series.name, shape.name, mode.name, type),
                             parsed(fmt::format("bs1 {} {} {}", shape.words, mode.words, type)),
                             {series.kernels.begin(), series.kernels.end()}});
  return cases;
}

}  // namespace

const std::vector<AttentionCase>& attention_cases() {
  static const std::vector<AttentionCase> cases = all();
  return cases;
}

}  // namespace boresight::bench
