#include "properties/identify/measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "problem/token.h"
#include "properties/prepared.h"
#include "properties/probe/bias_form.h"
#include "properties/probe/facts.h"
#include "properties/readings/plus.h"

namespace boresight::properties::identify {
namespace {

using probe::Plumb;
using probe::Seen;
using Index = std::int64_t;

// A kernel as it answers one case.
struct View {
  Case a_case;
  const Kernel& kernel;
  Plumb seen;
};

// On the first of the cases that the kernel takes.
std::optional<View> view(const Kernel& kernel, const Fitting& fitting, std::initializer_list<const char*> tokens) {
  for (const char* const token : tokens) {
    const Result<Case> parsed = parse_token(token);
    assert(parsed);
    const Case c = fitted(*parsed, fitting);
    if (!validate(c) || refusal(kernel, prepare(c).call)) continue;
    View found{c, kernel, probe::plumb(c, kernel)};
    if (found.seen.refused.empty()) return found;
  }
  return std::nullopt;
}

bool visible(const View& v, Index i, Index c) { return v.seen.heads.front().at(i, c) == Seen::visible; }

// The columns of a row as runs: "0..3 5".
std::string runs(const View& v, Index i) {
  std::string text;
  const Index columns = v.a_case.problem.columns();
  for (Index c = 0; c < columns; ++c) {
    if (!visible(v, i, c)) continue;
    Index last = c;
    while (last + 1 < columns && visible(v, i, last + 1)) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : " ", c == last ? fmt::format("{}", c) : fmt::format("{}..{}", c, last));
    c = last;
  }
  return text.empty() ? "nothing" : text;
}

std::string row_by_row(const View& v) {
  std::string text;
  for (Index i = 0; i < std::min<Index>(v.a_case.problem.queries, 4); ++i)
    text += fmt::format("{}row {} sees c = {}", i == 0 ? "" : ", ", i, runs(v, i));
  return text;
}

// The last column that every row sees, as one sum with the row's number, where each sees all before it.
std::optional<Index> common_edge(const View& v) {
  std::set<Index> edges;
  const Problem& p = v.a_case.problem;
  for (Index i = 0; i < p.queries; ++i) {
    Index seen = 0;
    while (seen < p.columns() && visible(v, i, seen)) ++seen;
    for (Index c = seen; c < p.columns(); ++c)
      if (visible(v, i, c)) return std::nullopt;
    edges.insert(seen - 1 - i);
  }
  return edges.size() == 1 ? std::optional(*edges.begin()) : std::nullopt;
}

std::string sizes(const Problem& p) { return fmt::format("n={} S={} M={} P={}", p.queries, p.segment, p.memories, p.mem_kv); }

std::string causal_words(const View& v) {
  const auto edge = common_edge(v);
  return fmt::format("at {}: {}", sizes(v.a_case.problem),
                     edge ? fmt::format("row i sees c <= i{}", plus(*edge)) : row_by_row(v));
}

// Where the tokens that are seen are exactly those of some deltas.
std::optional<std::pair<Index, Index>> band(const View& v) {
  const Problem& p = v.a_case.problem;
  const auto delta = [&](Index i, Index c) { return p.segment - p.queries + i - (c - p.mem_kv - p.memories); };
  std::set<Index> seen;
  for (Index i = 0; i < p.queries; ++i)
    for (Index c = p.mem_kv; c < p.columns(); ++c)
      if (visible(v, i, c)) seen.insert(delta(i, c));
  if (seen.empty()) return std::nullopt;
  for (Index i = 0; i < p.queries; ++i)
    for (Index c = p.mem_kv; c < p.columns(); ++c)
      if (visible(v, i, c) != (*seen.begin() <= delta(i, c) && delta(i, c) <= *seen.rbegin())) return std::nullopt;
  return std::pair(*seen.begin(), *seen.rbegin());
}

std::string window_words(const View& v) {
  const Problem& p = v.a_case.problem;
  std::string text = fmt::format("of window ({}, {}) at {}: ", p.window.left, p.window.right, sizes(p));
  const auto edges = band(v);
  if (!edges) return text + row_by_row(v);
  text += fmt::format("tokens of delta {} to {} are seen", edges->first, edges->second);
  bool all = true;
  for (Index i = 0; i < p.queries; ++i)
    for (Index c = 0; c < p.mem_kv; ++c) all = all && visible(v, i, c);
  if (p.mem_kv > 0) text += all ? ", persistent columns in every row" : ", persistent columns not in every row";
  return text;
}

// A form "-0.25 * |i + 4 - c|" as its sign, its slope and the rest.
struct Form {
  std::string sign, slope, rest;
};
Form parted(const std::string& form) {
  const std::size_t star = form.find(" * ");
  if (star == std::string::npos || form.ends_with("the right one")) return {"", "", form};
  const bool negative = form[0] == '-';
  return {negative ? "-" : "", form.substr(negative, star - negative), form.substr(star)};
}

// The form, and the slopes where all heads have the same one but for them.
std::pair<std::string, std::string> bias_words(const View& v) {
  const Problem& p = v.a_case.problem;
  const Inputs inputs = make_inputs(v.a_case);
  const probe::Recovered recovered{p, inputs.tensors, v.seen};
  std::vector<Form> forms;
  std::string each, slopes;
  for (Index h = 0; h < p.heads; ++h) {
    const auto form = probe::recovered_form(recovered, 0, h);
    if (!form) return {};
    forms.push_back(parted(*form));
    each += fmt::format("{}h {}: {}", h == 0 ? "" : "; ", h, *form);
    slopes += " " + forms.back().slope;
  }
  const bool alike = std::all_of(forms.begin(), forms.end(), [&](const Form& f) {
    return f.sign == forms[0].sign && f.rest == forms[0].rest && f.slope.empty() == forms[0].slope.empty();
  });
  const bool everywhere = forms[0].rest.find("persistent") != std::string::npos;
  const std::string before = p.mem_kv > 0 && alike && !everywhere ? fmt::format(", 0 for c < {}", p.mem_kv) : "";
  if (!alike) return {fmt::format("at {}: bias(i, c) = {}", sizes(p), each), ""};
  if (forms[0].slope.empty()) return {fmt::format("at {}: bias(i, c) = {}", sizes(p), forms[0].rest), ""};
  return {fmt::format("at {}: bias(i, c) = {}slope[h]{}{}", sizes(p), forms[0].sign, forms[0].rest, before),
          fmt::format("of heads 0 to {}:{}", p.heads - 1, slopes)};
}

// What a fact of this name says; empty: it was not measured.
std::string fact(const View& v, std::string_view name) {
  for (const probe::Fact& fact : probe::facts(v.a_case, v.kernel, v.seen))
    if (fact.name == name && fact.unmeasured.empty()) return fact.got;
  return "";
}

std::string head_map_words(const View& v) {
  const std::string keys = fact(v, "head map of keys"), values = fact(v, "head map of values");
  const std::string heads = fmt::format("of {} query heads each reads, in order: ", v.a_case.problem.heads);
  if (keys.empty() || values.empty()) return "";
  return heads + (keys == values ? keys : fmt::format("keys of {}, values of {}", keys, values));
}

std::string lse_words(const View& v) {
  const std::string lse = fact(v, "lse");
  return lse.empty() ? "" : fmt::format("of {} equal scores: {}", v.a_case.problem.columns(), lse);
}

void add(std::vector<Measured>& to, std::string_view aspect, std::string words, bool departs = false) {
  if (!words.empty()) to.push_back({aspect, std::move(words), departs});
}

// Those facts of a view that have one of these names, "name: what was seen".
void add_facts(std::vector<Measured>& to, std::string_view aspect, const std::optional<View>& v,
               std::initializer_list<std::string_view> names) {
  if (!v) return;
  for (const probe::Fact& fact : probe::facts(v->a_case, v->kernel, v->seen))
    if (fact.unmeasured.empty() && std::find(names.begin(), names.end(), fact.name) != names.end())
      add(to, aspect, fact.name == aspect ? fact.got : fact.name + ": " + fact.got, fact.departs);
}

}  // namespace

std::vector<Measured> measure(const Kernel& kernel, const Fitting& fitting) {
  std::vector<Measured> found;
  const auto at = [&](std::initializer_list<const char*> tokens) { return view(kernel, fitting, tokens); };
  if (const auto v = at({"bs1 b1 h1 d8 n4 s7 M2 P2 causal", "bs1 b1 h1 d8 n4 s7 P2 causal", "bs1 b1 h1 d8 n4 s7 causal",
                         "bs1 b1 h1 d8 n4 s7 causal bias=alibi"}))
    add(found, "causal anchor", causal_words(*v));
  if (const auto v = at({"bs1 b1 h1 d8 n6 s9 P2 window=3,1", "bs1 b1 h1 d8 n6 s9 window=3,1", "bs1 b1 h1 d8 n6 s9 window=3,-1",
                         "bs1 b1 h1 d8 n6 s9 causal window=3,-1"}))
    add(found, "window bounds", window_words(*v));
  if (const auto v = at({"bs1 b1 h4 d8 n4 s7 M2 P2 bias=alibi", "bs1 b1 h4 d8 n4 s7 P2 bias=alibi",
                         "bs1 b1 h4 d8 n4 s7 bias=alibi", "bs1 b1 h4 d8 n4 s7 causal bias=alibi"})) {
    const auto [form, slopes] = bias_words(*v);
    add(found, "bias origin", form);
    add(found, "slopes", slopes);
    add_facts(found, "scale", v, {"scale of q.k", "scale"});
  }
  add_facts(found, "softcap", at({"bs1 b1 h4 d8 n4 s6 bias=alibi softcap=1.5", "bs1 b1 h1 d8 n4 s6 bias=dense softcap=1.5"}),
            {"softcap"});
  if (const auto v = at({"bs1 b1 h6/3 d8 n4 s6", "bs1 b1 h4/2 d8 n4 s6"})) add(found, "head map", head_map_words(*v));
  add_facts(found, "empty rows", at({"bs1 b1 h1 d8 n6 s4 causal", "bs1 b1 h1 d8 n4 s4 key_mask=prefix:0"}), {"empty rows"});
  add_facts(found, "sink and zero key", at({"bs1 b1 h1 d8 n4 s6 sink"}), {"sink"});
  add_facts(found, "sink and zero key", at({"bs1 b1 h1 d8 n4 s6 zero_kv"}), {"zero key"});
  if (const auto v = at({"bs1 b1 h1 d8 n4 s6"}); v && v->a_case.problem.bias.kind == BiasKind::none)
    add(found, "lse", lse_words(*v));
  add_facts(found, "rotary", at({"bs1 b1 h1 d8 n4 s6 P2 rotary=6", "bs1 b1 h1 d8 n4 s6 rotary=6"}),
            {"rotary pairs", "rotary angles", "persistent keys"});
  return found;
}

}  // namespace boresight::properties::identify
