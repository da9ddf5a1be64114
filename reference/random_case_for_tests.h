// Random small cases for the reference's property tests: every feature on and off, in any combination that is valid.
#pragma once

#include <rapidcheck.h>

#include <algorithm>

#include "problem/case.h"

namespace boresight::reference {

inline Mask any_mask() {
  Mask mask;
  if (*rc::gen::arbitrary<bool>()) mask = {Mask::Kind::density, *rc::gen::element(0.0, 0.3, 0.7, 1.0), 0, {}};
  return mask;
}

inline void draw_sizes(Problem& p) {
  p.batch = *rc::gen::inRange(1, 3);
  p.kv_heads = *rc::gen::inRange(1, 3);
  p.heads = p.kv_heads * *rc::gen::inRange(1, 3);
  p.head_dim = *rc::gen::inRange(2, 7);
  p.value_dim = *rc::gen::inRange(1, 5);
  p.queries = *rc::gen::inRange(0, 6);
  p.segment = *rc::gen::inRange(0, 7);
  p.memories = *rc::gen::inRange(0, 4);
  p.mem_kv = *rc::gen::inRange(0, 4);
}

inline void draw_switches(Problem& p) {
  p.zero_kv = *rc::gen::arbitrary<bool>();
  p.causal = *rc::gen::arbitrary<bool>();
  p.window = {*rc::gen::inRange(-1, 5), *rc::gen::inRange(-1, 5)};
  p.head_map = *rc::gen::element(HeadMap::grouped, HeadMap::tiled);
  p.softcap = *rc::gen::element(0.0, 2.0);
  p.softcap_order = *rc::gen::element(SoftcapOrder::after_bias, SoftcapOrder::before_bias);
  p.sink = *rc::gen::arbitrary<bool>();
  p.type = *rc::gen::element(Type::f64, Type::f32, Type::bf16, Type::f16);
}

inline void draw_bias(Problem& p) {
  p.bias.kind = *rc::gen::element(BiasKind::none, BiasKind::alibi, BiasKind::relative_buckets, BiasKind::distance_table,
                                  BiasKind::dense, BiasKind::forget);
  p.bias.slopes = *rc::gen::element(Slopes::geometric, Slopes::per_head, Slopes::per_batch);
  p.bias.alibi_heads = *rc::gen::inRange<std::int64_t>(0, p.heads + 1);
  p.bias.buckets = *rc::gen::element(4, 8);
  p.bias.max_distance = *rc::gen::element(5, 12);
  p.bias.bidirectional = *rc::gen::arbitrary<bool>();
  p.custom_positions = p.bias.kind != BiasKind::forget && *rc::gen::arbitrary<bool>();
  if (p.bias.kind != BiasKind::forget) return;
  p.causal = true;
  p.queries = std::min(p.queries, p.memories + p.segment);
}

inline void draw_rotary(Problem& p) {
  p.rotary.dims = 2 * *rc::gen::inRange<std::int64_t>(0, p.head_dim / 2 + 1);
  if (p.rotary.dims == 0) return;
  p.rotary.pairs = *rc::gen::element(RotaryPairs::adjacent, RotaryPairs::halves);
  p.rotary.base_rescale = *rc::gen::element(1.0, 2.0);
  p.rotary.interpolation = *rc::gen::element(1.0, 4.0);
  p.rotary.frequencies_as_data = *rc::gen::arbitrary<bool>();
  p.rotary.xpos = {*rc::gen::arbitrary<bool>(), 16, 2, *rc::gen::arbitrary<bool>()};
}

inline Case any_case() {
  Case c;
  draw_sizes(c.problem);
  draw_switches(c.problem);
  draw_bias(c.problem);
  draw_rotary(c.problem);
  c.key_mask = any_mask();
  c.memory_mask = any_mask();
  c.attention_mask = any_mask();
  c.attention_mask_broadcast = c.dense_broadcast = {*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  c.positions_broadcast = *rc::gen::arbitrary<bool>();
  c.dense_hidden = *rc::gen::element(0.0, 0.5);
  if (c.problem.custom_positions) c.positions = Positions::shuffled;
  c.layout = *rc::gen::element(Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed);
  c.values = *rc::gen::element(Values::normal, Values::integers, Values::equal, Values::dominant, Values::offset);
  c.seed = *rc::gen::inRange<std::uint64_t>(0, 1000);
  return c;
}

}  // namespace boresight::reference
