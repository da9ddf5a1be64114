#include "properties/proofs/field/field_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "problem/values.h"

namespace boresight::field {
namespace {

constexpr std::int64_t longest = 200'000;

constexpr CaseField fields[] = {
    {"queries", &FieldCase::queries, 0, longest},
    {"segment", &FieldCase::segment, 0, longest},
    {"memories", &FieldCase::memories, 0, longest},
    {"mem_kv", &FieldCase::mem_kv, 0, longest},
    {"heads", &FieldCase::heads, 1, 8},
    {"kv_heads", &FieldCase::kv_heads, 1, 8},
    {"tiled", &FieldCase::tiled, 0, 1},
    {"width", &FieldCase::width, 1, 64},
    {"left", &FieldCase::left, -1, longest},
    {"right", &FieldCase::right, -1, longest},
    {"causal", &FieldCase::causal, 0, 1},
    {"bias", &FieldCase::bias, 0, bias_kinds - 1},
    {"zero_key", &FieldCase::zero_key, 0, 1},
    {"sink", &FieldCase::sink, 0, 1},
    {"hidden_keys", &FieldCase::hidden_keys, 0, 100},
    {"hidden_pairs", &FieldCase::hidden_pairs, 0, 100},
    {"opposite", &FieldCase::opposite, 0, 1},
    {"tile_queries", &FieldCase::tile_queries, 1, 1024},
    {"tile_keys", &FieldCase::tile_keys, 1, 4096},
    {"splits", &FieldCase::splits, 1, 1000},
    {"seed", &FieldCase::seed, 0, std::int64_t{1} << 40},
};

// A stream of small choices.
class Drawn {
 public:
  explicit Drawn(std::uint64_t bits) : bits_(bits) {}
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + std::int64_t(element_bits(bits_, ++index_) % std::uint64_t(most - least + 1));
  }
  bool chance(std::int64_t one_in) { return between(1, one_in) == 1; }
  std::int64_t one_of(std::initializer_list<std::int64_t> list) {
    return std::data(list)[between(0, std::int64_t(list.size()) - 1)];
  }

 private:
  std::uint64_t bits_;
  std::int64_t index_ = 0;
};

void draw_sizes(Drawn& drawn, FieldCase& c) {
  const bool far = drawn.chance(60), large = !far && drawn.chance(8);
  const std::int64_t most = large ? 150 : 12;
  c.queries = far ? drawn.between(1, 2) : drawn.between(0, large ? 40 : most);
  c.memories = drawn.chance(2) ? 0 : drawn.between(0, most);
  c.mem_kv = drawn.chance(2) ? 0 : drawn.between(0, most);
  c.segment = far ? drawn.between(33'000, 70'000) : drawn.chance(3) ? drawn.between(0, most) : c.queries + drawn.between(0, most);
  c.kv_heads = far ? 1 : drawn.one_of({1, 1, 2});
  c.heads = far ? 1 : c.kv_heads * drawn.one_of({1, 1, 2});
  c.tiled = c.heads > c.kv_heads ? drawn.between(0, 1) : 0;
  c.width = far ? 1 : drawn.one_of({1, 1, 8, 11});
  c.tile_queries = drawn.one_of({1, 2, 3, 8, 16});
  c.tile_keys = far     ? drawn.one_of({100, 1024})
                : large ? drawn.one_of({1, 8, 16, 40, 64, 100})
                        : drawn.one_of({1, 2, 3, 5, 8, 32});
  c.splits = drawn.one_of({1, 1, 2, 3, 4, 7, 50});
}

// Rows that see a few persistent keys, whose weights sum to 0: states must be as right, and nothing can be divided.
void draw_weights_that_cancel(FieldCase& c) {
  c.opposite = 1;
  c.mem_kv = 2 + c.mem_kv / 2 * 2;
  c.hidden_keys = 100;
  c.hidden_pairs = c.zero_key = c.sink = 0;
}

// A bias that goes by tokens needs every query to stand on one, and no key in the future.
bool may_forget(const FieldCase& c) { return (c.causal == 1 || c.right == 0) && c.queries <= c.memories + c.segment; }

}  // namespace

std::span<const CaseField> case_fields() { return fields; }

FieldCase drawn_case(std::uint64_t seed, std::int64_t number) {
  Drawn drawn(element_bits(mix(seed), number));
  FieldCase c;
  draw_sizes(drawn, c);
  c.causal = drawn.between(0, 1);
  const bool far = c.columns() > 30'000;
  const std::int64_t left_most = drawn.chance(2) ? c.columns() : std::min<std::int64_t>(12, c.columns());
  c.left = drawn.chance(far ? 2 : 3) ? drawn.between(0, left_most) : -1;
  c.right = drawn.chance(4) ? drawn.between(0, 5) : -1;
  c.bias = drawn.between(0, bias_kinds - 1);
  if (c.bias == forget && !may_forget(c)) c.bias = alibi;
  c.zero_key = drawn.chance(8);
  c.sink = drawn.chance(6);
  c.hidden_keys = drawn.one_of({0, 0, 20, 60, 100});
  c.hidden_pairs = drawn.one_of({0, 0, 20, 60, 90});
  if (drawn.chance(16)) draw_weights_that_cancel(c);
  c.seed = drawn.between(1, std::int64_t{1} << 30);
  return c;
}

Status valid(const FieldCase& c) {
  if (c.heads % c.kv_heads != 0) return Error{fmt::format("kv_heads is {}", c.kv_heads), "--case", "a divisor of heads"};
  if (c.bias == forget && !may_forget(c))
    return Error{"bias is 5, a forget gate", "--case", "with causal=1 or right=0, and queries <= memories + segment"};
  constexpr std::int64_t pairs_most = 4'000'000;
  if (c.heads * c.queries * c.columns() > pairs_most)
    return Error{fmt::format("{} pairs of query and key", c.heads * c.queries * c.columns()), "--case",
                 fmt::format("at most {}", pairs_most)};
  return ok();
}

FieldCase smallest(FieldCase c, const std::function<bool(const FieldCase&)>& fails) {
  const auto take = [&](const CaseField& field, std::int64_t value) {
    FieldCase smaller = c;
    smaller.*field.member = value;
    if (smaller == c || !valid(smaller) || !fails(smaller)) return false;
    c = smaller;
    return true;
  };
  // The seed is no size.
  const std::span<const CaseField> sizes = case_fields().first(std::size(fields) - 1);
  for (bool shrunk = true; shrunk;) {
    shrunk = false;
    for (const CaseField& field : sizes) {
      const std::int64_t excess = c.*field.member - field.least;
      for (std::int64_t cut = excess; cut > 0; cut = cut / 2)
        if (c.*field.member - cut >= field.least && take(field, c.*field.member - cut)) shrunk = true;
    }
  }
  return c;
}

}  // namespace boresight::field
