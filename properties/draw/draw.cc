#include "properties/draw/draw.h"

#include <algorithm>
#include <cassert>

namespace boresight::properties {
namespace {

// 0, 1, w-1, w, w+1, a few tiles, or anything up to them.
std::int64_t edge_size(Choices& choices, std::int64_t w, std::int64_t least, std::int64_t most) {
  const std::int64_t several = w * choices.between(2, 3);
  const std::int64_t size = choices.one_of({std::int64_t{1}, w - 1, w, w + 1, several - 1, several, several + 1,
                                            choices.between(least, most), choices.between(least, most)});
  return std::clamp(size, least, most);
}

void draw_sizes(Choices& choices, Case& c) {
  Problem& p = c.problem;
  c.options.tile_queries = choices.one_of<std::int64_t>({0, 0, 1, 2, 4, 8});
  c.options.tile_keys = choices.one_of<std::int64_t>({0, 0, 1, 2, 4, 8, 16});
  c.options.splits = choices.one_of<std::int64_t>({0, 0, 0, 2, 3});
  const std::int64_t tall = c.options.tile_queries > 0 ? c.options.tile_queries : 16;
  const std::int64_t wide = c.options.tile_keys > 0 ? c.options.tile_keys : 32;
  p.batch = choices.one_of<std::int64_t>({1, 1, 2, 3});
  p.heads = choices.one_of<std::int64_t>({1, 2, 2, 3, 4, 6});
  p.kv_heads = p.heads;
  if (choices.chance(1, 3)) {
    do p.kv_heads = choices.between(1, p.heads);
    while (p.heads % p.kv_heads != 0);
  }
  p.head_dim = choices.one_of<std::int64_t>({1, 2, 4, 7, 8, 16, 16, 24, 33});
  p.value_dim = choices.chance(3, 4) ? p.head_dim : choices.one_of<std::int64_t>({1, 3, 8, 20});
  p.queries = edge_size(choices, tall, 0, 40);
  p.memories = choices.chance(1, 2) ? 0 : edge_size(choices, wide, 0, 40);
  p.mem_kv = choices.chance(1, 2) ? 0 : edge_size(choices, wide, 0, 40);
  const std::int64_t kind = choices.between(0, 5);
  if (kind <= 2)
    p.segment = p.queries;  // self attention
  else if (kind <= 4)
    p.segment = p.queries + edge_size(choices, wide, 0, 40);  // cached keys
  else
    p.segment = edge_size(choices, wide, 0, 40);  // anything, fewer keys than queries too
}

// Once in a while past the sizes that kernels sum, split or tile in by themselves: wide rows, or many of them. One sequence
// and few heads then, so that such a case costs no more than a hundred others.
void draw_beyond_blocks(Choices& choices, Case& c) {
  if (!choices.chance(1, 64)) return;
  Problem& p = c.problem;
  p.batch = 1;
  p.heads = choices.one_of<std::int64_t>({1, 2});
  p.kv_heads = choices.chance(1, 2) ? 1 : p.heads;
  if (choices.chance(1, 2)) {
    p.head_dim = choices.one_of<std::int64_t>({16, 64, 80, 130, 272});
    p.value_dim = choices.one_of<std::int64_t>({16, 64, 72, 130});
    p.segment = std::max(p.segment, choices.between(100, 300));
  } else {
    p.queries = choices.between(90, 200);
    p.segment = choices.between(p.queries, 600);
    c.options.tile_keys = choices.one_of<std::int64_t>({0, 0, 144});  // a tile that is no whole number of blocks
  }
}

void draw_visibility(Choices& choices, Case& c) {
  Problem& p = c.problem;
  p.causal = choices.chance(1, 2);
  if (choices.chance(1, 4)) {
    p.window.left = choices.chance(1, 4) ? unlimited : edge_size(choices, 8, 0, 40);
    p.window.right = choices.chance(1, 2) ? unlimited : edge_size(choices, 4, 0, 20);
  }
  const auto mask = [&](std::int64_t length) {
    Mask m;
    m.kind = choices.one_of({Mask::Kind::density, Mask::Kind::density, Mask::Kind::prefix, Mask::Kind::suffix});
    if (m.kind == Mask::Kind::density)
      m.density = choices.one_of({0.0, 0.1, 0.5, 0.8, 0.95});
    else
      m.count = choices.between(0, length);
    return m;
  };
  if (choices.chance(1, 4)) c.key_mask = mask(p.segment);
  if (p.memories > 0 && choices.chance(1, 2)) c.memory_mask = mask(p.memories);
  if (choices.chance(1, 6)) {
    c.attention_mask = mask(p.columns());
    c.attention_mask_broadcast = {choices.chance(1, 2), choices.chance(1, 2)};
  }
  p.zero_kv = choices.chance(1, 10);
  p.sink = choices.chance(1, 8);
}

void draw_bias(Choices& choices, Case& c) {
  Problem& p = c.problem;
  Bias& bias = p.bias;
  bias.kind = choices.one_of({BiasKind::none, BiasKind::alibi, BiasKind::alibi, BiasKind::relative_buckets,
                              BiasKind::distance_table, BiasKind::dense, BiasKind::forget});
  if (bias.kind == BiasKind::forget && !((p.causal || p.window.right == 0) && p.queries <= p.memories + p.segment))
    bias.kind = BiasKind::alibi;
  if (bias.kind == BiasKind::alibi) {
    bias.slopes = choices.one_of({Slopes::geometric, Slopes::geometric, Slopes::per_head, Slopes::per_batch});
    bias.alibi_heads = bias.slopes == Slopes::geometric && choices.chance(1, 4) ? choices.between(0, p.heads) : p.heads;
  }
  if (bias.kind == BiasKind::relative_buckets) {
    bias.bidirectional = choices.chance(1, 2);
    bias.buckets = choices.one_of<std::int64_t>({4, 8, 32});
    bias.max_distance = choices.one_of<std::int64_t>({20, 64, 128});
    bias.bias_scale = choices.one_of({1.0, 4.0, 0.25});
  }
  if (bias.kind == BiasKind::dense) {
    c.dense_broadcast = {choices.chance(1, 2), choices.chance(1, 3)};
    c.dense_hidden = choices.one_of({0.0, 0.0, 0.2});
  }
}

void draw_rotary(Choices& choices, Case& c) {
  Problem& p = c.problem;
  if (p.head_dim < 2 || !choices.chance(1, 4)) return;
  Rotary& rotary = p.rotary;
  rotary.dims = choices.chance(1, 2) ? p.head_dim / 2 * 2 : 2 * choices.between(1, p.head_dim / 2);
  rotary.pairs = choices.one_of({RotaryPairs::adjacent, RotaryPairs::halves});
  rotary.interpolation = choices.one_of({1.0, 1.0, 2.0, 3.0});
  rotary.frequencies_as_data = choices.chance(1, 4);
  if (!rotary.frequencies_as_data) {
    rotary.base = choices.one_of({10000.0, 10000.0, 500.0});
    rotary.base_rescale = choices.one_of({1.0, 1.0, 2.0});
  }
  if (!choices.chance(1, 3)) return;
  rotary.xpos.on = true;
  rotary.xpos.scale_base = choices.one_of({64.0, 512.0});
  rotary.xpos.center = double(choices.between(0, 8));
  rotary.xpos.scales_as_data = choices.chance(1, 4);
}

void draw_positions(Choices& choices, Case& c) {
  Problem& p = c.problem;
  const bool matter = p.rotary.dims > 0 || (p.bias.kind != BiasKind::none && p.bias.kind != BiasKind::dense);
  if (!matter || p.bias.kind == BiasKind::forget || !choices.chance(1, 8)) return;
  const bool table = p.bias.kind == BiasKind::distance_table;  // its indices must stay inside
  c.positions = table ? Positions::shuffled : choices.one_of({Positions::shuffled, Positions::restart, Positions::doubled});
  c.positions_broadcast = choices.chance(1, 2);
  p.custom_positions = true;
}

}  // namespace

Case draw(Choices& choices) {
  Case c;
  c.problem.type = choices.one_of({Type::f32, Type::f32, Type::bf16, Type::f16});
  draw_sizes(choices, c);
  draw_beyond_blocks(choices, c);
  draw_visibility(choices, c);
  draw_bias(choices, c);
  draw_rotary(choices, c);
  draw_positions(choices, c);
  c.problem.head_map = choices.chance(1, 4) && c.problem.kv_heads != c.problem.heads ? HeadMap::tiled : HeadMap::grouped;
  if (choices.chance(1, 8)) {
    c.problem.softcap = choices.one_of({0.5, 2.0, 30.0});
    c.problem.softcap_order = choices.one_of({SoftcapOrder::after_bias, SoftcapOrder::before_bias});
  }
  if (choices.chance(1, 8)) c.problem.scale = choices.one_of({1.0, 0.125, 2.0});
  c.values = choices.one_of({Values::normal, Values::normal, Values::normal, Values::integers, Values::large, Values::tiny,
                             Values::equal, Values::dominant, Values::offset, Values::probe});
  c.layout = choices.one_of({Layout::bhnd, Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed});
  c.seed = choices.bits() >> 40;
  assert(validate(c));
  return c;
}

}  // namespace boresight::properties
