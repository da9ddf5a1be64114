// The table of words. A codec turns one field's value into text and back; a row names the field, and when it applies.
#include "problem/words.h"

#include <fmt/format.h>

#include <array>
#include <tuple>

#include "problem/codecs.h"

namespace boresight {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 4> type_names{"f32", "bf16", "f16", "f64"};
constexpr std::array<Names, 6> bias_names{"none", "alibi", "relative_buckets", "distance_table", "dense", "forget"};
constexpr std::array<Names, 3> slopes_names{"geometric", "per_head", "per_batch"};
constexpr std::array<Names, 4> broadcast_names{"bh", "b", "h", "1"};
constexpr std::array<Names, 2> pairs_names{"adjacent", "halves"};
constexpr std::array<Names, 2> frequencies_names{"base", "data"};
constexpr std::array<Names, 2> scales_names{"formula", "data"};
constexpr std::array<Names, 4> positions_names{"ordered", "shuffled", "restart", "doubled"};
constexpr std::array<Names, 2> positions_shape_names{"b", "1"};
constexpr std::array<Names, 2> order_names{"after_bias", "before_bias"};
constexpr std::array<Names, 2> head_map_names{"grouped", "tiled"};
constexpr std::array<Names, 8> values_names{"normal", "integers", "large", "tiny", "equal", "dominant", "offset", "probe"};
constexpr std::array<Names, 5> layout_names{"bhnd", "bnhd", "padded", "strided", "reversed"};

constexpr std::string_view whole = "a whole number", real = "a number";
constexpr std::string_view mask_takes = "a density, prefix:count, suffix:count or bits";

const Case& default_case() {
  static const Case defaults;
  return defaults;
}

// A row whose field is read by Get(case) and written by Set(case, value).
template <class Codec, class Get, class Set>
Word row(Word word, Codec, Get, Set) {
  using Value = typename Codec::Value;
  if (word.fields.empty()) word.fields = word.name;
  if (word.required)
    word.print = [](const Case& c) { return std::optional(Codec::print(Get{}(c))); };
  else
    word.print = [](const Case& c) {
      const Value value = Get{}(c);
      return value == Get{}(default_case()) ? std::nullopt : std::optional(Codec::print(value));
    };
  word.parse = [](Case& c, std::string_view text) {
    const std::optional<Value> value = Codec::parse(text);
    if (value) Set{}(c, *value);
    return value.has_value();
  };
  word.reset = [](Case& c) { Set{}(c, Get{}(default_case())); };
  word.settle = [](Case& c) { Set{}(c, Get{}(c)); };
  return word;
}

// A row whose field is the member that Field(case) returns by reference.
template <class Codec, class Field>
Word row(Word word, Codec codec, Field) {
  using Value = typename Codec::Value;
  const auto get = [](const Case& c) -> Value { return Field{}(c); };
  const auto set = [](Case& c, const Value& value) { Field{}(c) = value; };
  return row(word, codec, get, set);
}

template <class Field>
Word whole_number(Word word, Field field) {
  word.takes = whole;
  return row(word, Number<std::int64_t>{}, field);
}

template <class Field>
Word real_number(Word word, Field field) {
  word.takes = real;
  return row(word, Number<double>{}, field);
}

constexpr std::array<Names, 2> flag_names{"off", ""};

template <class Field>
Word flag(Word word, Field field) {
  word.form = Form::flag;
  word.example = word.name;
  return row(word, Choice<bool, flag_names>{}, field);
}

template <class T, const auto& names, class Field>
Word choice(Word word, Field field) {
  word.choices = names;
  return row(word, Choice<T, names>{}, field);
}

template <class Field>
Word mask(Word word, Field) {
  word.takes = mask_takes;
  const auto get = [](const Case& c) { return settled(Field{}(c)); };
  const auto set = [](Case& c, const Mask& value) { Field{}(c) = value; };
  return row(word, MaskText{}, get, set);
}

// Names say which dimensions are real; the field says which are broadcast.
template <class Field>
Word broadcast(Word word, Field) {
  word.choices = broadcast_names;
  const auto get = [](const Case& c) {
    const Broadcast value = Field{}(c);
    return std::size_t(2 * value.batch + value.heads);
  };
  const auto set = [](Case& c, std::size_t index) { Field{}(c) = {(index & 2u) != 0, (index & 1u) != 0}; };
  return row(word, Choice<std::size_t, broadcast_names>{}, get, set);
}

constexpr auto has_alibi = [](const Case& c) { return c.problem.bias.kind == BiasKind::alibi; };
constexpr auto has_buckets = [](const Case& c) { return c.problem.bias.kind == BiasKind::relative_buckets; };
constexpr auto has_dense = [](const Case& c) { return c.problem.bias.kind == BiasKind::dense; };
constexpr auto has_rotary = [](const Case& c) { return c.problem.rotary.dims != 0; };
constexpr auto has_xpos = [](const Case& c) { return has_rotary(c) && c.problem.rotary.xpos.on; };
constexpr auto has_base = [](const Case& c) { return has_rotary(c) && !c.problem.rotary.frequencies_as_data; };

Word heads() {
  return row(
      {.name = "h",
       .form = Form::size,
       .takes = "heads, or heads/kv_heads",
       .example = "h8/2",
       .fields = "heads kv_heads",
       .required = true},
      Two<'/'>{}, [](const Case& c) { return Pair{c.problem.heads, c.problem.kv_heads}; },
      [](Case& c, Pair value) { std::tie(c.problem.heads, c.problem.kv_heads) = value; });
}

Word widths() {
  return row(
      {.name = "d",
       .form = Form::size,
       .takes = "head_dim, or head_dim/value_dim",
       .example = "d64/32",
       .fields = "head_dim value_dim",
       .required = true},
      Two<'/'>{}, [](const Case& c) { return Pair{c.problem.head_dim, c.problem.value_dim}; },
      [](Case& c, Pair value) { std::tie(c.problem.head_dim, c.problem.value_dim) = value; });
}

// Left out, all heads have slopes.
Word alibi_heads() {
  Word word = whole_number({.name = "alibi_heads",
                            .example = "alibi_heads=4",
                            .applies = [](const Case& c) { return has_alibi(c) && c.problem.bias.slopes == Slopes::geometric; },
                            .needs = "bias=alibi with slopes=geometric"},
                           [](auto& c) -> auto& { return c.problem.bias.alibi_heads; });
  word.print = [](const Case& c) {
    const std::int64_t heads = c.problem.bias.alibi_heads;
    return heads == c.problem.heads ? std::nullopt : std::optional(number_text(heads));
  };
  word.omitted = [](Case& c) { c.problem.bias.alibi_heads = c.problem.heads; };
  return word;
}

Word positions() {
  return row(
      {.name = "positions", .example = "positions=shuffled", .choices = positions_names, .fields = "positions custom_positions"},
      Choice<Positions, positions_names>{}, [](const Case& c) { return c.positions; },
      [](Case& c, Positions value) {
        c.positions = value;
        c.problem.custom_positions = value != Positions::ordered;
      });
}

Word tile() {
  return row(
      {.name = "tile", .takes = "queries x keys", .example = "tile=16x32", .fields = "tile tile_queries tile_keys"}, Two<'x'>{},
      [](const Case& c) { return Pair{c.options.tile_queries, c.options.tile_keys}; },
      [](Case& c, Pair value) { std::tie(c.options.tile_queries, c.options.tile_keys) = value; });
}

const auto& table() {
  static const std::array words{
      whole_number({.name = "b", .form = Form::size, .example = "b2", .fields = "batch", .required = true},
                   [](auto& c) -> auto& { return c.problem.batch; }),
      heads(),
      widths(),
      whole_number({.name = "n", .form = Form::size, .example = "n17", .fields = "queries", .required = true},
                   [](auto& c) -> auto& { return c.problem.queries; }),
      whole_number({.name = "s", .form = Form::size, .example = "s24", .fields = "segment mem_kv memories", .required = true},
                   [](auto& c) -> auto& { return c.problem.segment; }),
      whole_number({.name = "M", .form = Form::size, .example = "M5", .fields = "memories"},
                   [](auto& c) -> auto& { return c.problem.memories; }),
      whole_number({.name = "P", .form = Form::size, .example = "P3", .fields = "mem_kv"},
                   [](auto& c) -> auto& { return c.problem.mem_kv; }),
      flag({.name = "zero_kv"}, [](auto& c) -> auto& { return c.problem.zero_kv; }),
      flag({.name = "causal"}, [](auto& c) -> auto& { return c.problem.causal; }),
      row({.name = "window", .takes = "left,right, or left alone", .example = "window=16,0"}, WindowSides{},
          [](auto& c) -> auto& { return c.problem.window; }),
      choice<BiasKind, bias_names>({.name = "bias", .example = "bias=alibi"},
                                   [](auto& c) -> auto& { return c.problem.bias.kind; }),
      choice<Slopes, slopes_names>({.name = "slopes", .example = "slopes=per_head", .applies = has_alibi, .needs = "bias=alibi"},
                                   [](auto& c) -> auto& { return c.problem.bias.slopes; }),
      alibi_heads(),
      whole_number({.name = "buckets",
                    .example = "buckets=32",
                    .fields = "buckets max_distance",
                    .applies = has_buckets,
                    .needs = "bias=relative_buckets"},
                   [](auto& c) -> auto& { return c.problem.bias.buckets; }),
      whole_number(
          {.name = "max_distance", .example = "max_distance=128", .applies = has_buckets, .needs = "bias=relative_buckets"},
          [](auto& c) -> auto& { return c.problem.bias.max_distance; }),
      flag({.name = "bidirectional", .applies = has_buckets, .needs = "bias=relative_buckets"},
           [](auto& c) -> auto& { return c.problem.bias.bidirectional; }),
      real_number({.name = "bias_scale", .example = "bias_scale=0.5", .applies = has_buckets, .needs = "bias=relative_buckets"},
                  [](auto& c) -> auto& { return c.problem.bias.bias_scale; }),
      broadcast({.name = "dense_shape", .example = "dense_shape=h", .applies = has_dense, .needs = "bias=dense"},
                [](auto& c) -> auto& { return c.dense_broadcast; }),
      real_number({.name = "dense_hidden", .example = "dense_hidden=0.1", .applies = has_dense, .needs = "bias=dense"},
                  [](auto& c) -> auto& { return c.dense_hidden; }),
      whole_number({.name = "rotary", .example = "rotary=32"}, [](auto& c) -> auto& { return c.problem.rotary.dims; }),
      choice<RotaryPairs, pairs_names>({.name = "pairs", .example = "pairs=halves", .applies = has_rotary, .needs = "rotary"},
                                       [](auto& c) -> auto& { return c.problem.rotary.pairs; }),
      choice<bool, frequencies_names>(
          {.name = "frequencies", .example = "frequencies=data", .applies = has_rotary, .needs = "rotary"},
          [](auto& c) -> auto& { return c.problem.rotary.frequencies_as_data; }),
      real_number({.name = "base", .example = "base=10000", .applies = has_base, .needs = "rotary with frequencies=base"},
                  [](auto& c) -> auto& { return c.problem.rotary.base; }),
      real_number(
          {.name = "base_rescale", .example = "base_rescale=2", .applies = has_base, .needs = "rotary with frequencies=base"},
          [](auto& c) -> auto& { return c.problem.rotary.base_rescale; }),
      real_number({.name = "interpolation", .example = "interpolation=4", .applies = has_rotary, .needs = "rotary"},
                  [](auto& c) -> auto& { return c.problem.rotary.interpolation; }),
      flag({.name = "xpos", .applies = has_rotary, .needs = "rotary"}, [](auto& c) -> auto& { return c.problem.rotary.xpos.on; }),
      real_number({.name = "xpos_scale_base", .example = "xpos_scale_base=512", .applies = has_xpos, .needs = "xpos"},
                  [](auto& c) -> auto& { return c.problem.rotary.xpos.scale_base; }),
      real_number({.name = "xpos_center", .example = "xpos_center=9", .applies = has_xpos, .needs = "xpos"},
                  [](auto& c) -> auto& { return c.problem.rotary.xpos.center; }),
      choice<bool, scales_names>({.name = "xpos_scales", .example = "xpos_scales=data", .applies = has_xpos, .needs = "xpos"},
                                 [](auto& c) -> auto& { return c.problem.rotary.xpos.scales_as_data; }),
      positions(),
      choice<bool, positions_shape_names>({.name = "positions_shape",
                                           .example = "positions_shape=b",
                                           .applies = [](const Case& c) { return c.positions != Positions::ordered; },
                                           .needs = "positions"},
                                          [](auto& c) -> auto& { return c.positions_broadcast; }),
      row({.name = "scale", .takes = real, .example = "scale=0.25"}, OptionalNumber{},
          [](auto& c) -> auto& { return c.problem.scale; }),
      real_number({.name = "softcap", .example = "softcap=30"}, [](auto& c) -> auto& { return c.problem.softcap; }),
      choice<SoftcapOrder, order_names>({.name = "softcap_order",
                                         .example = "softcap_order=before_bias",
                                         .applies = [](const Case& c) { return c.problem.softcap != 0; },
                                         .needs = "softcap"},
                                        [](auto& c) -> auto& { return c.problem.softcap_order; }),
      flag({.name = "sink"}, [](auto& c) -> auto& { return c.problem.sink; }),
      choice<HeadMap, head_map_names>({.name = "head_map", .example = "head_map=tiled"},
                                      [](auto& c) -> auto& { return c.problem.head_map; }),
      mask({.name = "key_mask", .example = "key_mask=0.7"}, [](auto& c) -> auto& { return c.key_mask; }),
      mask({.name = "memory_mask", .example = "memory_mask=prefix:3"}, [](auto& c) -> auto& { return c.memory_mask; }),
      mask({.name = "attention_mask", .example = "attention_mask=0b1101"}, [](auto& c) -> auto& { return c.attention_mask; }),
      broadcast({.name = "attention_mask_shape",
                 .example = "attention_mask_shape=b",
                 .applies = [](const Case& c) { return c.attention_mask.kind != Mask::Kind::absent; },
                 .needs = "attention_mask"},
                [](auto& c) -> auto& { return c.attention_mask_broadcast; }),
      choice<Type, type_names>({.name = "type", .form = Form::bare, .example = "bf16"},
                               [](auto& c) -> auto& { return c.problem.type; }),
      choice<Values, values_names>({.name = "values", .example = "values=integers"}, [](auto& c) -> auto& { return c.values; }),
      choice<Layout, layout_names>({.name = "layout", .example = "layout=padded"}, [](auto& c) -> auto& { return c.layout; }),
      row({.name = "seed", .takes = "a whole number, 0 to 18446744073709551615", .example = "seed=9"}, Number<std::uint64_t>{},
          [](auto& c) -> auto& { return c.seed; }),
      row({.name = "law", .takes = "a law's name", .example = "law=causal"}, Text{}, [](auto& c) -> auto& { return c.law; }),
      row({.name = "kernel", .takes = "a kernel's name", .example = "kernel=scalar"}, Text{},
          [](auto& c) -> auto& { return c.kernel; }),
      tile(),
      whole_number({.name = "splits", .example = "splits=4"}, [](auto& c) -> auto& { return c.options.splits; }),
      row({.name = "threads", .takes = whole, .example = "threads=2"}, Number<int>{},
          [](auto& c) -> auto& { return c.options.threads; }),
  };
  return words;
}

constexpr std::array<Alias, 3> alias_table{{
    {"alibi", "bias=alibi"},
    {"t5", "bias=relative_buckets"},
    {"bias=t5", "bias=relative_buckets"},
}};

}  // namespace

std::string spelled(const Word& word, std::string_view value) {
  switch (word.form) {
    case Form::size:
      return fmt::format("{}{}", word.name, value);
    case Form::flag:
      return std::string(word.name);
    case Form::value:
      return fmt::format("{}={}", word.name, value);
    case Form::bare:
      break;
  }
  return std::string(value);
}

std::span<const Word> words() { return table(); }

std::span<const Alias> aliases() { return alias_table; }

}  // namespace boresight
