#include "properties/lint/features.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "problem/token.h"
#include "properties/draw/counted.h"
#include "properties/draw/draw.h"
#include "properties/lint/shown.h"

namespace boresight::properties::lint {
namespace {

// Small, and wide enough for a quarter of anything; then past where bf16 and f16 have every integer. Each with its cases.
struct Probe {
  Size size;
  std::uint64_t cases;
};
constexpr Probe probes[] = {{{12, 28}, 400}, {{4, 340}, 40}, {{2, 2200}, 20}};
constexpr std::int64_t probe_dim = 8;
constexpr std::int64_t persistent = 4;

// --- sizes ---

Size turned(Size size, Shape shape, std::int64_t heads) {
  if (shape == Shape::wide) return size;
  if (shape == Shape::row) return {1, size.keys};
  if (shape == Shape::by_heads) return {heads, size.keys};
  if (shape == Shape::tall) return {size.keys, size.queries};
  const auto side = std::int64_t(std::sqrt(double(size.queries) * double(size.keys)));
  return {side, side};
}

void scale_mask(Mask& mask, std::int64_t from, std::int64_t to) {
  if (mask.kind == Mask::Kind::prefix || mask.kind == Mask::Kind::suffix) mask.count = from > 0 ? mask.count * to / from : 0;
}

// --- dropping features ---

Shown shown_with(const readings::Reading& reading, const Features& features, Size probe) {
  return shown(reading, sized(features, probe, Type::f32, probe_dim, 1));
}

void plain_heads(Problem& p, std::int64_t kv_heads, std::int64_t alibi_heads) {
  p.heads = 4;
  p.kv_heads = kv_heads;
  p.head_map = HeadMap::grouped;
  p.bias.alibi_heads = p.bias.kind == BiasKind::alibi ? alibi_heads : 0;
}

void no_bias(Case& c) {
  c.problem.bias = {};
  c.dense_hidden = 0;
  c.dense_broadcast = {};
}

void plain_alibi(Case& c) {
  no_bias(c);
  c.problem.bias.kind = BiasKind::alibi;
  c.problem.bias.alibi_heads = c.problem.heads;
}

void spread(Mask& mask, double density) {
  if (mask.kind != Mask::Kind::absent) mask = {Mask::Kind::density, density, 0, {}};
}

// At any length the same: half of the entries true, or where that doesn't show it none.
void half(Mask& mask) { spread(mask, 0.5); }
void none(Mask& mask) {
  if (mask.density != 0.5) spread(mask, 0);
}

// From the most to the least: each is kept where the reading still shows.
using Drop = void (*)(Features&);
constexpr Drop drops[] = {
    [](Features& f) { f.shape = Shape::wide; },
    [](Features& f) { f.a_case.problem.batch = 1; },
    [](Features& f) { plain_heads(f.a_case.problem, 4, 4); },
    [](Features& f) {
      if (f.a_case.problem.kv_heads == 1) plain_heads(f.a_case.problem, 1, 4);
    },
    [](Features& f) {
      if (f.a_case.problem.kv_heads != f.a_case.problem.heads) plain_heads(f.a_case.problem, 2, 4);
    },
    [](Features& f) {
      if (f.a_case.problem.bias.alibi_heads < f.a_case.problem.heads) plain_heads(f.a_case.problem, 4, 3);
    },
    [](Features& f) { f.a_case.problem.rotary = {}; },
    [](Features& f) { no_bias(f.a_case); },
    [](Features& f) {
      if (f.a_case.problem.bias.kind != BiasKind::none) plain_alibi(f.a_case);
    },
    [](Features& f) {
      f.a_case.problem.custom_positions = false;
      f.a_case.positions = Positions::ordered;
    },
    [](Features& f) { f.a_case.attention_mask = {}; },
    [](Features& f) { f.a_case.key_mask = {}; },
    [](Features& f) { f.a_case.memory_mask = {}; },
    [](Features& f) {
      f.a_case.memory_mask = {};
      f.a_case.problem.memories = 0;
    },
    [](Features& f) { f.a_case.problem.mem_kv = 0; },
    [](Features& f) { f.a_case.problem.window = {}; },
    [](Features& f) { f.a_case.problem.window.left = unlimited; },
    [](Features& f) { f.a_case.problem.window.right = unlimited; },
    [](Features& f) { f.drawn_window = false; },
    [](Features& f) { f.a_case.problem.causal = false; },
    [](Features& f) { f.a_case.problem.zero_kv = false; },
    [](Features& f) { f.a_case.problem.sink = false; },
    [](Features& f) { f.a_case.problem.softcap = 0; },
    [](Features& f) { f.a_case.problem.scale.reset(); },
    [](Features& f) { half(f.a_case.attention_mask); },
    [](Features& f) { half(f.a_case.key_mask); },
    [](Features& f) { half(f.a_case.memory_mask); },
    [](Features& f) { none(f.a_case.attention_mask); },
    [](Features& f) { none(f.a_case.key_mask); },
    [](Features& f) { none(f.a_case.memory_mask); },
    [](Features& f) { f.a_case.attention_mask_broadcast = {true, true}; },
    [](Features& f) { f.a_case.dense_hidden = 0; },
    [](Features& f) { f.a_case.positions_broadcast = true; },
    [](Features& f) {
      Bias& bias = f.a_case.problem.bias;
      if (bias.kind == BiasKind::relative_buckets) bias.bias_scale = 1;
    },
    [](Features& f) {
      Bias& bias = f.a_case.problem.bias;
      if (bias.kind == BiasKind::relative_buckets) bias = {.kind = bias.kind, .bias_scale = bias.bias_scale};
    },
    [](Features& f) { f.a_case.problem.rotary.pairs = RotaryPairs::adjacent; },
    [](Features& f) { f.a_case.problem.rotary.xpos = {}; },
    [](Features& f) { f.a_case.problem.rotary.interpolation = 1; },
    [](Features& f) { f.a_case.problem.rotary.frequencies_as_data = false; },
    [](Features& f) { f.a_case.problem.rotary.base_rescale = 1; },
    [](Features& f) {
      if (f.a_case.problem.rotary.dims > 0) f.a_case.problem.rotary.dims = f.a_case.problem.head_dim / 2 * 2;
    },
};

Features simplified(const readings::Reading& reading, Features features, Shown shows, Size probe) {
  for (int round = 0; round < 2; ++round)
    for (const Drop drop : drops) {
      Features less = features;
      drop(less);
      if (less.a_case == features.a_case && less.shape == features.shape && less.drawn_window == features.drawn_window) continue;
      if (shown_with(reading, less, probe) == shows) features = less;
    }
  return features;
}

// A drawn case bent for the reading, with everything put aside that a test brings itself.
Case drawn(const readings::Reading& reading, std::uint64_t seed, std::uint64_t number) {
  CountedChoices choices(mix(seed) + number);
  Case c = draw(choices);
  if (reading.bend != nullptr) reading.bend(c, choices);
  c.options = {};
  c.values = Values::normal;
  c.layout = Layout::bhnd;
  c.problem.type = Type::f32;
  c.problem.head_dim = std::max<std::int64_t>(c.problem.head_dim, 2);
  return c;
}

// The shapes and windows in which a drawn case may show it, plain ones first.
std::optional<Features> showing(const readings::Reading& reading, const Case& c, Shown wanted, Size probe) {
  for (const Shape shape : {Shape::wide, Shape::tall, Shape::square, Shape::row, Shape::by_heads})
    for (const bool drawn_window : {false, true}) {
      if (drawn_window && c.problem.window == Window{}) continue;
      const Features features{c, shape, drawn_window, wanted == Shown::lse, true};
      if (shown_with(reading, features, probe) == wanted) return features;
    }
  return std::nullopt;
}

}  // namespace

Case sized(const Features& features, Size size, Type type, std::int64_t head_dim, std::uint64_t seed) {
  Case c = features.a_case;
  Problem& p = c.problem;
  const Problem from = p;
  const Size of = turned(size, features.shape, p.heads);
  p.queries = of.queries;
  p.memories = p.memories > 0 ? std::max<std::int64_t>(1, of.keys / 4) : 0;
  p.segment = of.keys - p.memories;
  p.mem_kv = p.mem_kv > 0 ? persistent : 0;
  if (!features.drawn_window && p.window.left != unlimited) p.window.left = of.keys / 4;
  if (!features.drawn_window && p.window.right != unlimited) p.window.right = of.queries / 4;
  scale_mask(c.key_mask, from.segment, p.segment);
  scale_mask(c.memory_mask, from.memories, p.memories);
  scale_mask(c.attention_mask, from.columns(), p.columns());
  p.head_dim = p.value_dim = head_dim;
  if (p.rotary.dims > 0)
    p.rotary.dims = from.rotary.dims == from.head_dim / 2 * 2 ? head_dim / 2 * 2 : std::max<std::int64_t>(2, head_dim / 4 * 2);
  p.type = type;
  c.seed = seed;
  return c;
}

Features least_features(const readings::Reading& reading, std::uint64_t seed) {
  for (const Probe& probe : probes)
    for (const Shown wanted : {Shown::out, Shown::lse})
      for (std::uint64_t number = 0; number < probe.cases; ++number)
        if (const auto found = showing(reading, drawn(reading, seed, number), wanted, probe.size))
          return simplified(reading, *found, wanted, probe.size);
  return {};
}

Features no_features() {
  Features features;
  plain_heads(features.a_case.problem, 4, 0);
  features.a_case.problem.head_dim = features.a_case.problem.value_dim = 2;
  features.found = true;
  return features;
}

std::string words(const Features& features) {
  std::istringstream all(token(sized(features, {64, 512}, Type::f32, 64, 0)));
  std::string words, word;
  while (all >> word) {
    const bool number = word.size() > 1 && word[1] >= '0' && word[1] <= '9';
    if (word == "bs1" || word == "b1" || word == "h4" ||
        (number && std::string_view("dns").find(word[0]) != std::string_view::npos))
      continue;
    if (number && word[0] == 'M') word = "memories";
    if (number && word[0] == 'P') word = "mem_kv";
    words += (words.empty() ? "" : " ") + word;
  }
  if (words.empty()) words = "nothing";
  if (features.shape == Shape::row) words += ", one query";
  if (features.shape == Shape::by_heads) words += ", as many queries as heads";
  if (features.shape == Shape::tall) words += ", more queries than keys";
  if (features.shape == Shape::square) words += ", as many queries as columns";
  return words;
}

}  // namespace boresight::properties::lint
