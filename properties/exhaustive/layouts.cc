#include "properties/exhaustive/layouts.h"

#include <algorithm>
#include <array>

namespace boresight::properties::exhaustive {
namespace {

constexpr std::int64_t heads = 4, kv_heads = 2;

// Options that no kernel chooses for itself at such sizes: tiles of one row and one column, more parts than tiles.
constexpr Options tiles_of_one{.tile_queries = 1, .tile_keys = 1, .splits = 2};
constexpr Options tiles_of_two{.tile_queries = 2, .tile_keys = 2, .splits = 3};
constexpr std::int64_t small = 3;  // the sizes that every way is tried on

constexpr std::array<Way, 6> table{{
    {.bias = BiasKind::alibi},
    {.bias = BiasKind::alibi, .options = tiles_of_one, .largest = small},
    {.bias = BiasKind::alibi, .options = tiles_of_two, .largest = small},
    {.bias = BiasKind::alibi, .masks = false},
    {.bias = BiasKind::distance_table, .largest = small},
    {.bias = BiasKind::relative_buckets, .largest = small},
}};

std::vector<std::int64_t> sides(std::int64_t end) {
  std::vector<std::int64_t> values{unlimited};
  for (std::int64_t side = 0; side < end; ++side) values.push_back(side);
  return values;
}

void append_all(Layouts sizes, std::vector<Layouts>& all) {
  for (const bool causal : {false, true})
    for (const std::int64_t left : sides(sizes.memories + sizes.segment))
      for (const std::int64_t right : sides(sizes.queries))
        for (const HeadMap head_map : {HeadMap::grouped, HeadMap::tiled}) {
          sizes.causal = causal;
          sizes.window = {left, right};
          sizes.head_map = head_map;
          all.push_back(sizes);
        }
}

// A bit for each of `width` columns of each sequence: open, unless it is set in the sequence's number past `shift`.
Mask spelled(std::int64_t sequences, std::int64_t width, std::int64_t shift) {
  Mask mask;
  if (width == 0) return mask;
  mask.kind = Mask::Kind::bits;
  for (std::int64_t b = 0; b < sequences; ++b)
    for (std::int64_t c = 0; c < width; ++c) mask.bits.push_back((b >> (shift + c) & 1) == 0);
  return mask;
}

void keep_sequence(Mask& mask, std::int64_t sequence, std::int64_t width) {
  if (mask.kind != Mask::Kind::bits) return;
  mask.bits.erase(mask.bits.begin(), mask.bits.begin() + sequence * width);
  mask.bits.resize(std::size_t(width));
}

}  // namespace

std::vector<Layouts> layouts_up_to(std::int64_t bound) {
  std::vector<Layouts> sizes;
  for (std::int64_t mem_kv = 0; mem_kv <= bound; ++mem_kv)
    for (std::int64_t memories = 0; memories <= bound; ++memories)
      for (std::int64_t segment = 0; segment <= bound; ++segment)
        for (std::int64_t queries = 0; queries <= bound; ++queries)
          sizes.push_back({mem_kv, memories, segment, queries, {}, {}, {}});
  const auto rows_and_columns = [](const Layouts& l) { return l.mem_kv + l.memories + l.segment + l.queries; };
  std::ranges::stable_sort(sizes, {}, rows_and_columns);
  std::vector<Layouts> all;
  for (const Layouts& of : sizes) append_all(of, all);
  return all;
}

std::span<const Way> ways() { return table; }

bool applies(const Way& way, const Layouts& l) {
  if (std::max({l.mem_kv, l.memories, l.segment, l.queries}) > way.largest) return false;
  return way.masks || l.memories + l.segment > 0;  // without columns to hide there is no mask anyway
}

Case case_of(const Layouts& l, const Way& way) {
  Case a_case;
  Problem& p = a_case.problem;
  p.batch = way.masks ? l.count() : 1;
  p.heads = heads;
  p.kv_heads = kv_heads;
  p.mem_kv = l.mem_kv;
  p.memories = l.memories;
  p.segment = l.segment;
  p.queries = l.queries;
  p.value_dim = std::max<std::int64_t>(1, p.columns());
  p.causal = l.causal;
  p.window = l.window;
  p.head_map = l.head_map;
  p.bias.kind = way.bias;
  p.bias.alibi_heads = way.bias == BiasKind::alibi ? heads : 0;
  p.bias.bidirectional = way.bias == BiasKind::relative_buckets;
  a_case.values = Values::probe;
  a_case.options = way.options;
  if (!way.masks) return a_case;
  a_case.key_mask = spelled(p.batch, l.segment, 0);
  a_case.memory_mask = spelled(p.batch, l.memories, l.segment);
  return a_case;
}

Case alone(const Case& call, std::int64_t sequence) {
  Case one = call;
  one.problem.batch = 1;
  keep_sequence(one.key_mask, sequence, call.problem.segment);
  keep_sequence(one.memory_mask, sequence, call.problem.memories);
  return one;
}

}  // namespace boresight::properties::exhaustive
