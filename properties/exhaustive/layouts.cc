#include "properties/exhaustive/layouts.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace boresight::properties::exhaustive {
namespace {

constexpr std::int64_t heads = 4, kv_heads = 2, head_dim = 4;

constexpr std::int64_t small = 3;  // the sizes that every way is tried on

void as_they_are(Case&) {}

// Options that no kernel chooses for itself at such sizes: tiles of one or two rows and columns, more parts than tiles.
void tiles_of_one(Case& c) { c.options = {.tile_queries = 1, .tile_keys = 1, .splits = 2}; }
void tiles_of_two(Case& c) { c.options = {.tile_queries = 2, .tile_keys = 2, .splits = 3}; }

// No mask tensors at all: of the one layout that hides nothing.
void without_masks(Case& c) {
  c.problem.batch = 1;
  c.key_mask = c.memory_mask = {};
}

template <BiasKind kind>
void biased(Case& c) {
  c.problem.bias = {};
  c.problem.bias.kind = kind;
}

// Past and future apart, two buckets of one distance each and two of more, and not of scale 1.
void bucketed(Case& c) {
  biased<BiasKind::relative_buckets>(c);
  c.problem.bias.bidirectional = true;
  c.problem.bias.buckets = 8;
  c.problem.bias.max_distance = 4;
  c.problem.bias.bias_scale = 0.5;
}

void dense(Case& c) {
  biased<BiasKind::dense>(c);
  c.dense_broadcast.batch = true;
}

// A weight that goes to no column, one more column in front, scores that are capped, and one head of four without a slope.
void with_all_else(Case& c) {
  c.problem.sink = c.problem.zero_kv = true;
  c.problem.softcap = 1;
  c.problem.bias.alibi_heads = heads - 1;
}

// Distances are not differences of order.
void positioned(Case& c) {
  c.problem.custom_positions = true;
  c.positions = Positions::doubled;
}

// Half of all pairs of a row and a column are hidden: the same for all sequences, others for each head.
void half_hidden(Case& c) {
  c.attention_mask.kind = Mask::Kind::density;
  c.attention_mask.density = 0.5;
  c.attention_mask_broadcast.batch = true;
}

constexpr std::array<Way, 11> table{{
    {bound_max, as_they_are},
    {small, tiles_of_one},
    {small, tiles_of_two},
    {bound_max, without_masks},
    {small, biased<BiasKind::distance_table>},
    {small, bucketed},
    {small, dense},
    {small, biased<BiasKind::forget>},
    {small, with_all_else},
    {small, positioned},
    {small, half_hidden},
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
  std::ranges::sort(sizes, {}, [](const Layouts& l) {
    return std::tuple(l.mem_kv + l.memories + l.segment + l.queries, l.mem_kv, l.memories, l.segment, l.queries);
  });
  std::vector<Layouts> all;
  for (const Layouts& of : sizes) append_all(of, all);
  return all;
}

std::span<const Way> ways() { return table; }

std::optional<Case> case_of(const Layouts& l, const Way& way) {
  if (std::max({l.mem_kv, l.memories, l.segment, l.queries}) > way.largest) return std::nullopt;
  Case a_case;
  Problem& p = a_case.problem;
  p.batch = l.count();
  p.heads = heads;
  p.kv_heads = kv_heads;
  p.head_dim = head_dim;
  p.mem_kv = l.mem_kv;
  p.memories = l.memories;
  p.segment = l.segment;
  p.queries = l.queries;
  p.value_dim = std::max<std::int64_t>(1, p.columns());
  p.causal = l.causal;
  p.window = l.window;
  p.head_map = l.head_map;
  p.bias.kind = BiasKind::alibi;
  p.bias.alibi_heads = heads;
  a_case.values = Values::probe;
  a_case.key_mask = spelled(p.batch, l.segment, 0);
  a_case.memory_mask = spelled(p.batch, l.memories, l.segment);
  way.set(a_case);
  if (!validate(a_case)) return std::nullopt;  // forget sees no future
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
