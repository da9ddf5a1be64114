#include "properties/probe/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "properties/probe/fact_call.h"
#include "properties/probe/rotary_facts.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;

std::string number(double x) { return fmt::format("{:.4g}", std::isnan(x) ? std::abs(x) : x); }

struct Subject {
  const Case& a_case;
  const Kernel& kernel;
  const Plumb& seen;
  const Problem& p;
};

Fact unmeasured(Fact fact, std::string why) {
  fact.unmeasured = std::move(why);
  return fact;
}

// Visits every head with the row in which `good(b, h, i)` is largest, where that is above 0.
template <class Good, class Visit>
void each_head(const Problem& p, Good good, Visit visit) {
  for (Index b = 0; b < p.batch; ++b)
    for (Index h = 0; h < p.heads; ++h) {
      Index best = -1;
      double most = 0;
      for (Index i = 0; i < p.queries; ++i)
        if (const double g = good(b, h, i); g > most) most = g, best = i;
      if (best >= 0) visit(b, h, best);
    }
}

Index right_kv_head(const Problem& p, Index h) {
  return p.head_map == HeadMap::tiled ? h % p.kv_heads : h / (p.heads / p.kv_heads);
}

constexpr Index unread = -1, mixed = -2;

// The first sequence that shows a head tells which kv head it reads.
std::string map_words(const std::vector<Index>& map) {
  std::string text = "kv heads";
  for (std::size_t h = 0; h < map.size() && h < 16; ++h)
    text += map[h] == unread ? " ?" : map[h] == mixed ? " mixed" : fmt::format(" {}", map[h]);
  return text + (map.size() > 16 ? " .." : "");
}

// Read bit by bit: `write` puts 1 where a kv head is marked. An output is between that with no head marked and that with all.
Fact head_map(const Subject& s, const char* name, const Problem& problem, FactCall& call,
              const std::function<void(ProbeInputs&, const std::vector<bool>& marked)>& write) {
  Fact fact{name, "", "", false, ""};
  const Problem& p = s.p;
  const auto shoot = [&](const std::vector<bool>& marked) {
    call.call.write([&](ProbeInputs& in) { write(in, marked); });
    return call.shoot(problem);
  };
  const std::size_t G = std::size_t(p.kv_heads);
  if (!shoot(std::vector<bool>(G, false))) return unmeasured(fact, call.failed);
  const Results low = call.got;
  const Certified low_right = call.truth;
  if (!shoot(std::vector<bool>(G, true))) return unmeasured(fact, call.failed);
  const Results high = call.got;
  const Certified high_right = call.truth;
  std::vector<Index> map(std::size_t(p.heads), unread), right;
  for (Index h = 0; h < p.heads; ++h) right.push_back(right_kv_head(p, h));
  const auto gap = [&](Index b, Index h, Index i) {
    const Element e{false, b, h, i, 0};
    const double right_gap = std::abs(at(high_right.truth, high, e) - at(low_right.truth, low, e));
    return right_gap - 8 * (at(high_right.bound, high, e) + at(low_right.bound, low, e));
  };
  for (Index bit = 1; bit < p.kv_heads; bit *= 2) {
    std::vector<bool> marked;
    for (Index g = 0; g < p.kv_heads; ++g) marked.push_back((g & bit) != 0);
    if (!shoot(marked)) return unmeasured(fact, call.failed);
    std::vector<bool> told(std::size_t(p.heads), false);
    each_head(p, gap, [&](Index b, Index h, Index i) {
      const Element place{false, b, h, i, 0};
      const double known = at(high_right.bound, high, place) + at(low_right.bound, low, place);
      if (!(std::abs(at(high, place) - at(low, place)) > 8 * known)) return;  // this kernel's row does not tell
      fact.departs = fact.departs || call.off(b, h, i);
      if (told[std::size_t(h)]) return;
      told[std::size_t(h)] = true;
      const Element e{false, b, h, i, 0};
      const double part = (call.out(b, h, i) - at(low, e)) / (at(high, e) - at(low, e));
      Index& found = map[std::size_t(h)];
      if (found == unread) found = 0;
      if (!(part < 0.25 || part > 0.75)) found = mixed;
      if (found != mixed && part > 0.75) found += bit;
    });
  }
  if (std::all_of(map.begin(), map.end(), [](Index g) { return g == unread; }))
    return unmeasured(fact, "no row sees enough to tell its head");
  for (std::size_t h = 0; h < map.size(); ++h)
    if (map[h] == unread) right[h] = unread;
  fact.got = map_words(map);
  fact.right = map_words(right);
  fact.departs = fact.departs && map != right;
  return fact;
}

Fact values_map(const Subject& s) {
  FactCall call(s.a_case, s.kernel);
  return head_map(s, "head map of values", s.p, call, [&](ProbeInputs& in, const std::vector<bool>& marked) {
    in.clear_queries_and_keys();
    for (Index g = 0; g < s.p.kv_heads; ++g)
      for (Index c = 0; c < s.p.columns(); ++c) in.set_value_of(g, c, 0, marked[std::size_t(g)] ? 1 : 0);
  });
}

// Every second column is lifted by two nats for the marked kv heads, and is what the values show.
Fact keys_map(const Subject& s) {
  const Switched switched = probe::switched(s.p);
  if (switched.entries.empty()) return unmeasured({"head map of keys", "", "", false, ""}, "rotary turns every entry");
  FactCall call(s.a_case, s.kernel);
  const Index entry = switched.entries[0];
  const double lift = 2 / effective_scale(switched.problem);
  return head_map(s, "head map of keys", switched.problem, call, [&](ProbeInputs& in, const std::vector<bool>& marked) {
    in.clear_queries_and_keys();
    in.set_one_hot(0, 0, 0);
    for (Index b = 0; b < s.p.batch; ++b)
      for (Index h = 0; h < s.p.heads; ++h)
        for (Index i = 0; i < s.p.queries; ++i) in.set_query(b, h, i, entry, lift);
    for (Index g = 0; g < s.p.kv_heads; ++g)
      for (Index c = s.p.columns() - 1; c >= 0; c -= 2) {
        in.set_value_of(g, c, 0, 1);
        in.set_key_of(g, c, entry, marked[std::size_t(g)] ? 1 : 0);
      }
  });
}

Fact empty_rows(const Subject& s) {
  Fact fact{"empty rows", "", "0, lse -inf", false, ""};
  if (s.p.zero_kv || s.p.sink) return unmeasured(fact, "no row is empty beside a zero key or a sink");
  for (const HeadPlumb& head : s.seen.heads)
    for (Index i = 0; i < s.p.queries; ++i) {
      if (head.right_visible.row(i).any()) continue;
      bool zero = true, nan = false, even = true;
      for (Index c = 0; c < s.p.columns(); ++c) {
        zero = zero && (head.at(i, c) == Seen::hidden || head.at(i, c) == Seen::below_reach);
        nan = nan || head.at(i, c) == Seen::broken;
        const double log_even = -std::log(double(s.p.columns()));
        even = even && head.at(i, c) == Seen::visible && head.low(i, c) + head.right(i, c) <= log_even &&
               log_even <= head.high(i, c) + head.right(i, c);
      }
      const double lse = head.lse[std::size_t(i)];
      const bool departs = !zero || !(std::isinf(lse) && lse < 0);
      if (fact.got.empty() || (departs && !fact.departs))
        fact.got = fmt::format("{}, lse {}",
                               nan    ? "NaN"
                               : zero ? "0"
                               : even ? "the mean of all values"
                                      : "of some columns",
                               number(lse));
      fact.departs = fact.departs || departs;
    }
  if (fact.got.empty()) return unmeasured(fact, "no row is empty here");
  return fact;
}

Fact missing_weight(const Subject& s) {
  Fact fact{s.p.sink && s.p.zero_kv ? "zero key and sink" : s.p.sink ? "sink" : "zero key", "", "", false, ""};
  double most = 0x1p-20;  // the row that shows the most, of those that depart if any does
  for (const HeadPlumb& head : s.seen.heads)
    for (Index i = 0; i < s.p.queries; ++i) {
      const bool departs = read_row(head, i).rest;
      const double right = head.rest_right[std::size_t(i)], got = std::max(0.0, right * std::exp(head.rest[std::size_t(i)].high));
      if ((fact.departs && !departs) || (departs == fact.departs && !(std::max(right, got) > most))) continue;
      fact.departs = departs, most = std::max(right, got);
      fact.got = fmt::format("{} of row {}", number(got), i), fact.right = number(right);
    }
  if (fact.got.empty()) return unmeasured(fact, "it weighs next to nothing here");
  return fact;
}

// Whether the recovered levels are those of another problem (another order of the softcap), up to a constant a row.
bool levels_fit(const Subject& s, const Problem& problem, const Tensors& tensors) {
  const reference::Attention truth = reference::attend(problem, tensors);
  for (std::size_t h = 0; h < s.seen.heads.size(); ++h) {
    const HeadPlumb& head = s.seen.heads[h];
    for (Index i = 0; i < s.p.queries; ++i) {
      Common common;
      for (Index c = 0; c < s.p.columns(); ++c) {
        if (head.at(i, c) != Seen::visible || !head.right_visible(i, c)) continue;
        const double above = head.right(i, c) - truth.heads[h].scores(i, reference::first_column(s.p) + c);
        common.add({head.low(i, c) + above, head.high(i, c) + above});
      }
      if (common.empty()) return false;
    }
  }
  return true;
}

Fact softcap_order(const Subject& s) {
  const auto order = [](bool after) { return std::string(after ? "after the bias" : "before the bias"); };
  const bool right_after = s.p.softcap_order == SoftcapOrder::after_bias;
  Fact fact{"softcap", "", order(right_after), false, ""};
  if (s.p.bias.kind == BiasKind::none) return unmeasured(fact, "no bias to be capped");
  const ProbeInputs inputs(s.a_case);
  Problem other = s.p;
  other.softcap_order = right_after ? SoftcapOrder::before_bias : SoftcapOrder::after_bias;
  const bool as_right = levels_fit(s, s.p, inputs.tensors()), as_other = levels_fit(s, other, inputs.tensors());
  if (as_right && as_other) return unmeasured(fact, "the bias is too small here for either order to show");
  fact.got = as_right ? order(right_after) : as_other ? order(!right_after) : "neither before nor after the bias";
  if (as_other && right_after) fact.got += ", or none";
  fact.departs = !as_right;
  return fact;
}

// Two scales, q = k = 0: the scale multiplies q.k alone, so no weight moves.
Fact scale_on_bias(const Subject& s) {
  Fact fact{"scale", "", "leaves the bias alone", false, ""};
  Problem doubled = s.p;
  doubled.scale = 2 * effective_scale(s.p);
  bool steep = false;
  for (const HeadPlumb& head : s.seen.heads)
    for (Index i = 0; i < s.p.queries; ++i) {
      Common flat;
      for (Index c = 0; c < s.p.columns(); ++c)
        if (head.at(i, c) == Seen::visible) flat.add({head.low(i, c) + head.right(i, c), head.high(i, c) + head.right(i, c)});
      steep = steep || flat.empty();
    }
  if (!steep) return unmeasured(fact, "the bias is too flat here to be seen stretched");
  if (const std::string why = s.kernel.unsupported(doubled); !why.empty()) return unmeasured(fact, "not supported: " + why);
  Case other = s.a_case;
  other.problem = doubled;
  const Plumb again = plumb(other, s.kernel);
  if (!again.refused.empty()) return unmeasured(fact, again.refused);
  for (std::size_t h = 0; h < again.heads.size(); ++h)
    for (Index i = 0; i < s.p.queries; ++i) {
      Common moved_low;
      const HeadPlumb &before = s.seen.heads[h], &after = again.heads[h];
      for (Index c = 0; c < s.p.columns(); ++c) {
        if (before.at(i, c) != Seen::visible || after.at(i, c) != Seen::visible) continue;
        moved_low.add({after.low(i, c) - before.high(i, c), after.high(i, c) - before.low(i, c)});
      }
      fact.departs = fact.departs || moved_low.empty();
    }
  fact.got = fact.departs ? "stretches the bias too" : fact.right;
  return fact;
}

// What q.k = 2 / scale on one column does to its log odds: the scale, and a softcap of products.
Fact scale_of_products(const Subject& s) {
  Fact fact{"scale of q.k", "", "", false, ""};
  if (s.p.rotary.dims == s.p.head_dim) return unmeasured(fact, "rotary turns every entry");
  const double scale = effective_scale(s.p);
  if (!(std::abs(scale) >= 0x1p-10 && std::abs(scale) <= 0x1p10)) return unmeasured(fact, "the scale is too far from 1");
  for (Index b = 0; b < s.p.batch; ++b)
    for (Index h = 0; h < s.p.heads; ++h)
      for (Index i = s.p.queries - 1; i >= 0; --i)
        for (Index c = s.p.columns() - 1; c >= 0; --c) {
          if (!readable(s.seen, s.p, {b, h, i, c})) continue;
          FactCall call(s.a_case, s.kernel);
          call.show(c);
          const double lift = s.p.softcap > 0 ? std::min(2 * s.p.softcap, 4.0) : 2;
          call.call.write([&](ProbeInputs& in) {
            in.set_query(b, h, i, s.p.head_dim - 1, 1);
            in.set_key(c, s.p.head_dim - 1, lift / scale);
          });
          if (!call.shoot(s.p)) return unmeasured(fact, call.failed);
          const Moved answer = moved(call, s.seen, {b, h, i, c});
          fact.got = fmt::format("q.k = {} lifts a score by {}", number(lift / scale), number(answer.got));
          fact.right = number(answer.right);
          fact.departs = answer.departs;
          return fact;
        }
  return unmeasured(fact, "no row sees two columns of some weight");
}

Fact lse(const Subject& s) {
  Fact fact{"lse", "", "", false, ""};
  FactCall call(s.a_case, s.kernel);
  call.show(0);
  if (!call.shoot(s.p)) return unmeasured(fact, call.failed);
  for (Index b = 0; b < s.p.batch; ++b)
    for (Index h = 0; h < s.p.heads; ++h)
      for (Index i = 0; i < s.p.queries; ++i) {
        const Element e{true, b, h, i, 0};
        const double got = at(call.got, e), right = at(call.truth.truth, call.got, e);
        const bool departs = !(error_over_bound(got, right, at(call.truth.bound, call.got, e)) <= 1);
        if (!fact.got.empty() && (fact.departs || !departs)) continue;
        fact.got = fmt::format("{} at row {}", number(got), i), fact.right = number(right), fact.departs = departs;
      }
  return fact;
}

}  // namespace

std::vector<Fact> facts(const Case& a_case, const Kernel& kernel, const Plumb& seen) {
  std::vector<Fact> found;
  if (!seen.refused.empty()) return found;
  const Subject s{a_case, kernel, seen, a_case.problem};
  if (s.p.kv_heads > 1) found.push_back(keys_map(s)), found.push_back(values_map(s));
  if (s.p.rotary.dims > 0)
    for (Fact& fact : rotary_facts(a_case, kernel, seen)) found.push_back(std::move(fact));
  found.push_back(scale_of_products(s));
  if (s.p.bias.kind != BiasKind::none) found.push_back(scale_on_bias(s));
  if (s.p.softcap > 0) found.push_back(softcap_order(s));
  if (s.p.zero_kv || s.p.sink) found.push_back(missing_weight(s));
  found.push_back(empty_rows(s));
  found.push_back(lse(s));
  return found;
}

}  // namespace boresight::properties::probe
