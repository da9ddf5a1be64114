#include "properties/readings/bends.h"

#include <algorithm>

namespace boresight::properties::readings::bends {
namespace {

// A forget bias needs causality, order, and as many tokens as rows.
void leave_forget(Case& c) {
  if (c.problem.bias.kind == BiasKind::forget) alibi(c);
}

}  // namespace

void clear(Case& c) {
  Problem& p = c.problem;
  c.key_mask = c.memory_mask = c.attention_mask = {};
  c.dense_hidden = 0;
  c.values = Values::normal;
  c.options = {};
  p.type = Type::f32;
  p.batch = std::min<std::int64_t>(p.batch, 2);
  p.window = {};
  p.zero_kv = p.sink = false;
  p.softcap = 0;
  p.scale.reset();
  leave_forget(c);
}

void rows(Case& c, Choices& choices, std::int64_t least) {
  c.problem.queries = choices.between(least, least + 4);
  c.problem.segment = c.problem.queries;
  leave_forget(c);
}

void memories(Case& c, Choices& choices) { c.problem.memories = choices.between(2, 6); }
void cached(Case& c, Choices& choices) { c.problem.segment = c.problem.queries + choices.between(2, 8); }

void heads(Case& c, std::int64_t heads, std::int64_t kv_heads) {
  c.problem.heads = heads;
  c.problem.kv_heads = kv_heads;
  c.problem.bias.alibi_heads = heads;
}

void alibi(Case& c) {
  c.problem.bias = {};
  c.problem.bias.kind = BiasKind::alibi;
  c.problem.bias.alibi_heads = c.problem.heads;
}

void ordered(Case& c) {
  c.positions = Positions::ordered;
  c.problem.custom_positions = false;
}

void positions_of_each_sequence(Case& c) {
  c.positions = Positions::shuffled;
  c.positions_broadcast = false;
  c.problem.custom_positions = true;
  leave_forget(c);
}

void rotary(Case& c) {
  Problem& p = c.problem;
  p.head_dim = std::max<std::int64_t>(p.head_dim, 8);
  p.rotary.dims = 6;
}

void xpos(Case& c) {
  rotary(c);
  c.problem.rotary.xpos.on = true;
  c.problem.rotary.xpos.scale_base = 16;
}

}  // namespace boresight::properties::readings::bends
