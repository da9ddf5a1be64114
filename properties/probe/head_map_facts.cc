#include "properties/probe/head_map_facts.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "properties/probe/fact_call.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
using Marked = std::vector<bool>;                                // [kv_heads]
using Write = std::function<void(ProbeInputs&, const Marked&)>;  // 1 where a kv head is marked

constexpr Index unread = -1, mixed = -2;

struct End {
  Results got;
  Certified certified;
  double value(const Element& e) const { return at(got, e); }
  double right(const Element& e) const { return at(certified.truth, got, e); }
  double bound(const Element& e) const { return at(certified.bound, got, e); }
};

// Outputs with no head marked, and with all: any other is between them.
struct Ends {
  End low, high;
  double known(const Element& e) const { return 8 * (high.bound(e) + low.bound(e)); }
  double right_gap(const Element& e) const { return std::abs(high.right(e) - low.right(e)) - known(e); }
  bool tell(const Element& e) const { return std::abs(high.value(e) - low.value(e)) > known(e); }
  double part(const Element& e, double output) const { return (output - low.value(e)) / (high.value(e) - low.value(e)); }
};

struct ReadMap {
  std::vector<Index> kv_heads;  // [heads]
  bool departs = false;
};

Index right_kv_head(const Problem& p, Index h) {
  return p.head_map == HeadMap::tiled ? h % p.kv_heads : h / (p.heads / p.kv_heads);
}

// Those that the kernel's outputs do not tell are not asked of the right one either.
std::vector<Index> right_map(const Problem& p, const std::vector<Index>& read) {
  std::vector<Index> map;
  for (Index h = 0; h < p.heads; ++h) map.push_back(read[std::size_t(h)] == unread ? unread : right_kv_head(p, h));
  return map;
}

std::string map_words(const std::vector<Index>& map) {
  std::string text = "kv heads";
  for (std::size_t h = 0; h < map.size() && h < 16; ++h)
    text += map[h] == unread ? " ?" : map[h] == mixed ? " mixed" : fmt::format(" {}", map[h]);
  return text + (map.size() > 16 ? " .." : "");
}

// The row in which the right ends of a head are the farthest apart; -1: they are in none.
Index best_row(const Problem& p, const Ends& ends, Index b, Index h) {
  Index best = -1;
  double most = 0;
  for (Index i = 0; i < p.queries; ++i)
    if (const double gap = ends.right_gap({false, b, h, i, 0}); gap > most) most = gap, best = i;
  return best;
}

void add_bit(double part, Index bit, Index& kv_head) {
  if (kv_head == unread) kv_head = 0;
  if (!(part < 0.25 || part > 0.75)) kv_head = mixed;
  if (kv_head != mixed && part > 0.75) kv_head += bit;
}

// The first sequence that shows a head tells which kv head it reads; all may depart.
void read_bit(const Problem& p, const FactCall& call, const Ends& ends, Index bit, ReadMap& map) {
  std::vector<bool> told(std::size_t(p.heads), false);
  for (Index b = 0; b < p.batch; ++b)
    for (Index h = 0; h < p.heads; ++h) {
      const Index i = best_row(p, ends, b, h);
      const Element e{false, b, h, i, 0};
      if (i < 0 || !ends.tell(e)) continue;
      map.departs = map.departs || call.off(b, h, i);
      if (!told[std::size_t(h)]) add_bit(ends.part(e, call.out(b, h, i)), bit, map.kv_heads[std::size_t(h)]);
      told[std::size_t(h)] = true;
    }
}

bool shoot(FactCall& call, const Problem& problem, const Write& write, const Marked& marked) {
  call.call.write([&](ProbeInputs& in) { write(in, marked); });
  return call.shoot(problem);
}

bool shoot_end(FactCall& call, const Problem& problem, const Write& write, bool marked, End& end) {
  if (!shoot(call, problem, write, Marked(std::size_t(problem.kv_heads), marked))) return false;
  end = {call.got, call.truth};
  return true;
}

Marked with_bit(Index kv_heads, Index bit) {
  Marked marked;
  for (Index g = 0; g < kv_heads; ++g) marked.push_back((g & bit) != 0);
  return marked;
}

// False, and call.failed says why.
bool read_map(FactCall& call, const Problem& problem, const Write& write, ReadMap& map) {
  Ends ends;
  if (!shoot_end(call, problem, write, false, ends.low) || !shoot_end(call, problem, write, true, ends.high)) return false;
  map.kv_heads.assign(std::size_t(problem.heads), unread);
  for (Index bit = 1; bit < problem.kv_heads; bit *= 2) {
    if (!shoot(call, problem, write, with_bit(problem.kv_heads, bit))) return false;
    read_bit(problem, call, ends, bit, map);
  }
  return true;
}

Fact head_map(const FactSubject& s, Fact fact, const Problem& problem, const Write& write) {
  FactCall call(s.a_case, s.kernel);
  ReadMap map;
  if (!read_map(call, problem, write, map)) return unmeasured(fact, call.failed);
  if (std::all_of(map.kv_heads.begin(), map.kv_heads.end(), [](Index g) { return g == unread; }))
    return unmeasured(fact, "no row sees enough to tell its head");
  const std::vector<Index> right = right_map(s.p, map.kv_heads);
  fact.got = map_words(map.kv_heads);
  fact.right = map_words(right);
  fact.departs = map.departs && map.kv_heads != right;
  return fact;
}

void set_all_queries(ProbeInputs& in, const Problem& p, Index entry, double value) {
  for (Index b = 0; b < p.batch; ++b)
    for (Index h = 0; h < p.heads; ++h)
      for (Index i = 0; i < p.queries; ++i) in.set_query(b, h, i, entry, value);
}

}  // namespace

Fact values_map(const FactSubject& s) {
  return head_map(s, {"head map of values", "", "", false, ""}, s.p, [&](ProbeInputs& in, const Marked& marked) {
    in.clear_queries_and_keys();
    for (Index g = 0; g < s.p.kv_heads; ++g)
      for (Index c = 0; c < s.p.columns(); ++c) in.set_value_of(g, c, 0, marked[std::size_t(g)] ? 1 : 0);
  });
}

// Every second column is lifted by two nats for the marked kv heads, and is what the values show.
Fact keys_map(const FactSubject& s) {
  const Fact fact{"head map of keys", "", "", false, ""};
  const Switched switched = probe::switched(s.p);
  if (switched.entries.empty()) return unmeasured(fact, "rotary turns every entry");
  const Index entry = switched.entries[0];
  const double lift = 2 / effective_scale(switched.problem);
  return head_map(s, fact, switched.problem, [&](ProbeInputs& in, const Marked& marked) {
    in.clear_queries_and_keys();
    in.set_one_hot(0, 0, 0);
    set_all_queries(in, s.p, entry, lift);
    for (Index g = 0; g < s.p.kv_heads; ++g)
      for (Index c = s.p.columns() - 1; c >= 0; c -= 2) {
        in.set_value_of(g, c, 0, 1);
        in.set_key_of(g, c, entry, marked[std::size_t(g)] ? 1 : 0);
      }
  });
}

}  // namespace boresight::properties::probe
