#include "bench/attention_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "problem/token.h"

namespace boresight::bench {
namespace {

struct Words {
  const char* name;
  const char* words;
};

constexpr Words shapes[] = {
    {"prefill_512", "b1 h8 d64 n512 s512 causal"},
    {"xl_256", "b1 h8 d64 n256 s256 M512 causal"},
    {"decode_2048", "b1 h8 d64 n1 s2048 causal"},
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

constexpr int persistent[] = {0, 16};

std::vector<AttentionCase> table() {
  std::vector<AttentionCase> cases;
  for (const Words& shape : shapes)
    for (const Words& encoding : encodings)
      for (const int columns : persistent) {
        const std::string token = fmt::format("bs1 {} {} P{}", shape.words, encoding.words, columns);
        const Result<Case> parsed = parse_token(token);
        if (!parsed) {
          fmt::print(stderr, "{}: {}\n", token, parsed.error().text());
          std::abort();
        }
        cases.push_back({fmt::format("{}/{}/P{}", shape.name, encoding.name, columns), *parsed});
      }
  return cases;
}

}  // namespace

const std::vector<AttentionCase>& attention_cases() {
  static const std::vector<AttentionCase> cases = table();
  return cases;
}

double flops(const Problem& p) {
  double pairs = double(p.queries) * double(p.columns());
  for (std::int64_t i = 0; p.causal && i < p.queries; ++i) pairs -= double(std::min(p.queries - 1 - i, p.segment));
  return 2 * double(p.head_dim + p.value_dim) * double(p.batch * p.heads) * pairs;
}

double bytes_read(const Problem& p) {
  return double(p.batch * p.kv_heads) * double(p.columns()) * double(p.head_dim + p.value_dim) * double(bytes(p.type));
}

}  // namespace boresight::bench
