#include "properties/identify/support.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>

#include "problem/token.h"
#include "properties/prepared.h"

namespace boresight::properties::identify {
namespace {

struct Feature {
  const char* name;
  const char* words;  // of a token, beside "bs1 d8"
};

constexpr Feature features[] = {
    {"ALiBi", "b1 h2 n4 s6 bias=alibi"},
    {"ALiBi, slopes as data", "b1 h2 n4 s6 bias=alibi slopes=per_head"},
    {"T5 buckets", "b1 h2 n4 s6 bias=relative_buckets"},
    {"a distance table", "b1 h2 n4 s6 bias=distance_table"},
    {"a dense bias", "b1 h2 n4 s6 bias=dense"},
    {"a forget bias", "b1 h2 n4 s6 causal bias=forget"},
    {"batch > 1", "b2 h2 n4 s6"},
    {"kv_heads < heads", "b1 h4/2 n4 s6"},
    {"tiled heads", "b1 h4/2 n4 s6 head_map=tiled"},
    {"causal", "b1 h2 n4 s6 causal"},
    {"not causal", "b1 h2 n4 s6"},
    {"one query", "b1 h2 n1 s6"},
    {"cached keys", "b1 h2 n4 s6"},
    {"more queries than keys", "b1 h2 n6 s4"},
    {"mem_kv", "b1 h2 n4 s6 P2"},
    {"memories", "b1 h2 n4 s6 M2"},
    {"zero_kv", "b1 h2 n4 s6 zero_kv"},
    {"windows", "b1 h2 n4 s6 window=2,1"},
    {"a softcap", "b1 h2 n4 s6 softcap=3"},
    {"a scale", "b1 h2 n4 s6 scale=0.5"},
    {"sinks", "b1 h2 n4 s6 sink"},
    {"a key mask", "b1 h2 n4 s6 key_mask=0.5"},
    {"an attention mask", "b1 h2 n4 s6 attention_mask=0.5"},
    {"rotary", "b1 h2 n4 s6 rotary=4"},
    {"XPOS", "b1 h2 n4 s6 rotary=4 xpos"},
    {"custom positions", "b1 h2 n4 s6 bias=alibi positions=shuffled"},
};

// Why not; empty: it is taken.
std::string refusal_of(const Kernel& kernel, Case c) {
  if (const Status status = validate(c); !status) return status.error().text();
  const auto refused = refusal(kernel, prepare(c).call);
  return refused ? refused->why : "";
}

Case of(const std::string& words) {
  const Result<Case> parsed = parse_token("bs1 d8 " + words);
  assert(parsed);
  return *parsed;
}

bool takes(const Kernel& kernel, const Fitting& fitting, const Case& c) { return refusal_of(kernel, fitted(c, fitting)).empty(); }

std::string types(const Kernel& kernel, const Fitting& fitting) {
  std::vector<std::string> found;
  for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
    Fitting with = fitting;
    with.type = type;
    if (takes(kernel, with, of("b1 h2 n4 s6"))) found.emplace_back(name(type));
  }
  return fmt::format("{}", fmt::join(found, " "));
}

std::string widths(const Kernel& kernel, const Fitting& fitting) {
  std::vector<int> found;
  for (const int width : {1, 8, 16, 32, 40, 64, 80, 96, 128, 192, 256, 512}) {
    Fitting with = fitting;
    with.width = width;
    if (takes(kernel, with, of("b1 h2 n4 s6"))) found.push_back(width);
  }
  return fmt::format("{}", fmt::join(found, " "));
}

}  // namespace

Row support(const Kernel& kernel, const Fitting& fitting) {
  Row row;
  row.name = "supports";
  row.convention = "a kernel may support less than the specification, and says so";
  row.answer = fitting.found ? Answer::told : Answer::unasked;
  if (!fitting.found) {
    row.words = fitting.refusal;
    return row;
  }
  std::vector<std::string> taken, refused;
  for (const Feature& feature : features) {
    Fitting with = fitting;
    if (std::string_view(feature.name) == "not causal") with.causal = false;
    if (std::string_view(feature.name) == "ALiBi") with.slopes_as_data = false;
    if (std::string_view(feature.name) == "cached keys") with.square = false;
    (takes(kernel, with, of(feature.words)) ? taken : refused).emplace_back(feature.name);
  }
  row.words = fmt::format("types {}; head_dim {} of those asked; ", types(kernel, fitting), widths(kernel, fitting));
  row.words += refused.empty()                  ? "every feature asked"
               : refused.size() <= taken.size() ? fmt::format("every feature asked but {}", fmt::join(refused, ", "))
                                                : fmt::format("{}; not: {}", fmt::join(taken, ", "), fmt::join(refused, ", "));
  if (fitting.multiple > 1) row.words += fmt::format("; sizes in multiples of {}", fitting.multiple);
  return row;
}

}  // namespace boresight::properties::identify
