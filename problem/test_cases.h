// Random valid cases for this room's own tests: every field of a Case takes every kind of value it can. Small sizes; the
// judge's generator is properties/draw, which aims at bugs rather than at spelling.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "problem/case.h"
#include "problem/token.h"
#include "problem/values.h"

namespace boresight {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(mix(seed + 1)) {}
  std::uint64_t bits() { return state_ = mix(state_ + 0x9e3779b97f4a7c15u); }
  std::int64_t range(std::int64_t least, std::int64_t most) {
    return least + std::int64_t(bits() % std::uint64_t(most - least + 1));
  }
  bool chance(int percent) { return range(1, 100) <= percent; }
  template <class Enum>
  Enum any(int count) {
    return static_cast<Enum>(range(0, count - 1));
  }
  // A positive number within f32: a short decimal, or one that takes 17 digits.
  double real() {
    if (chance(50)) return double(range(1, 400)) / 8;
    return std::ldexp(1 + uniform(bits()) + 0x1p-52 * double(range(0, 1 << 20)), int(range(-100, 100)));
  }

 private:
  std::uint64_t state_;
};

inline Mask random_mask(Dice& dice) {
  Mask mask;
  mask.kind = dice.chance(50) ? Mask::Kind::absent : dice.any<Mask::Kind>(5);
  if (mask.kind == Mask::Kind::density) mask.density = double(dice.range(0, 64)) / 64;
  if (mask.kind == Mask::Kind::prefix || mask.kind == Mask::Kind::suffix) mask.count = dice.range(0, 8);
  if (mask.kind == Mask::Kind::bits)
    for (std::int64_t i = dice.range(1, 20); i > 0; --i) mask.bits.push_back(dice.chance(50));
  return mask;
}

inline Bias random_bias(Dice& dice, std::int64_t heads) {
  Bias bias;
  bias.kind = dice.any<BiasKind>(6);
  bias.slopes = dice.any<Slopes>(3);
  bias.alibi_heads = dice.chance(50) ? heads : dice.range(0, heads);
  bias.bidirectional = dice.chance(50);
  bias.buckets = dice.chance(50) ? 32 : 2 * dice.range(2, 20);
  bias.max_distance = dice.chance(50) ? 128 : dice.range(22, 400);
  bias.bias_scale = dice.chance(50) ? 1 : (dice.chance(50) ? -1 : 1) * dice.real();
  return bias;
}

inline Rotary random_rotary(Dice& dice, std::int64_t head_dim) {
  Rotary rotary;
  if (head_dim < 2 || dice.chance(50)) return rotary;
  rotary.dims = 2 * dice.range(1, head_dim / 2);
  rotary.pairs = dice.any<RotaryPairs>(2);
  if (dice.chance(50)) rotary.base = dice.real();
  if (dice.chance(30)) rotary.base_rescale = dice.real();
  if (dice.chance(30)) rotary.interpolation = dice.real();
  rotary.frequencies_as_data = dice.chance(30);
  rotary.xpos = {dice.chance(50), dice.chance(50) ? 512 : dice.real(), dice.chance(50) ? 0 : -dice.real(), dice.chance(50)};
  return rotary;
}

inline Problem random_problem(Dice& dice) {
  Problem p;
  p.batch = dice.range(1, 3);
  p.kv_heads = dice.range(1, 3);
  p.heads = p.kv_heads * dice.range(1, 3);
  p.head_dim = dice.range(1, 20);
  p.value_dim = dice.chance(50) ? p.head_dim : dice.range(1, 20);
  p.queries = dice.range(0, 9);
  p.segment = dice.range(0, 12);
  p.memories = dice.chance(40) ? 0 : dice.range(0, 6);
  p.mem_kv = dice.chance(40) ? 0 : dice.range(0, 4);
  p.zero_kv = dice.chance(30);
  p.causal = dice.chance(50);
  if (dice.chance(30)) p.window = {dice.range(-1, 9), dice.range(-1, 4)};
  p.head_map = dice.any<HeadMap>(2);
  if (dice.chance(30)) p.scale = dice.chance(20) ? 0 : (dice.chance(20) ? -1 : 1) * dice.real();
  if (dice.chance(30)) p.softcap = dice.real();
  p.softcap_order = dice.any<SoftcapOrder>(2);
  p.bias = random_bias(dice, p.heads);
  p.rotary = random_rotary(dice, p.head_dim);
  p.sink = dice.chance(30);
  p.type = dice.any<Type>(4);
  return p;
}

// A valid case in canonical form; the same seed gives the same case.
inline Case random_case(std::uint64_t seed) {
  for (Dice dice(seed);;) {
    Case c;
    c.problem = random_problem(dice);
    c.key_mask = random_mask(dice);
    c.memory_mask = random_mask(dice);
    c.attention_mask = random_mask(dice);
    c.attention_mask_broadcast = {dice.chance(50), dice.chance(50)};
    c.dense_broadcast = {dice.chance(50), dice.chance(50)};
    c.positions_broadcast = dice.chance(50);
    if (dice.chance(50)) c.dense_hidden = double(dice.range(0, 10)) / 10;
    if (dice.chance(30)) c.positions = dice.any<Positions>(4);
    c.problem.custom_positions = c.positions != Positions::ordered;
    c.values = dice.any<Values>(8);
    c.layout = dice.any<Layout>(5);
    if (dice.chance(80)) c.seed = dice.chance(50) ? dice.bits() : std::uint64_t(dice.range(0, 99));
    if (dice.chance(30)) c.options = {dice.range(0, 64), dice.range(0, 64), dice.range(0, 9), int(dice.range(1, 4))};
    if (dice.chance(20)) c.kernel = "simd/flash";
    if (dice.chance(20)) c.law = "permuting_keys";
    if (validate(c)) return canonical(c);
  }
}

}  // namespace boresight
