#include "properties/proofs/setting.h"

#include <algorithm>
#include <limits>

namespace boresight::proofs {

Setting::Setting(const Scope& scope)
    : scope_(scope), open_(terms_), call_(make_call()), layout_{Whole(call_.queries), Whole(call_.segment), Whole(call_.memories),
                                                                Whole(call_.mem_kv),  Whole(call_.left),    Whole(call_.right),
                                                                call_.causal} {
  assume(layout_.columns() <= scope_.size_limit);
  prefer(layout_.queries >= 1 && layout_.columns() >= 1);  // others show in no output
  if (scope_.layout) fix(*scope_.layout);
}

Call Setting::make_call() {
  constexpr std::int64_t widest = std::numeric_limits<std::int64_t>::max();
  const auto wide = [&](const char* name, std::int64_t low, std::int64_t high) {
    return Wide::at(fresh(name, low, high, false).place());
  };
  const auto size = [&](const char* name) { return wide(name, 0, scope_.size_limit); };
  const Wide queries = size("n"), segment = size("S"), memories = size("M"), mem_kv = size("P");
  const Wide left = wide("left", unlimited, widest), right = wide("right", unlimited, widest);
  return {queries, segment, memories, mem_kv, left, right, fresh("causal", 0, 1, false) == 1};
}

void Setting::fix(const Problem& problem) {
  assume(layout_.queries == problem.queries && layout_.segment == problem.segment && layout_.memories == problem.memories &&
         layout_.mem_kv == problem.mem_kv);
  assume(layout_.left == problem.window.left && layout_.right == problem.window.right &&
         same(layout_.causal, Truth(problem.causal)));
}

Whole Setting::fresh(const std::string& name, Whole low, Whole high, bool told) {
  const Whole variable = Whole::at(terms_.variable(name));
  assume(low <= variable && variable <= high);
  if (told) told_.push_back({name, variable.place(), low.place()});
  return variable;
}

void Setting::lemma(Fact fact, Whole a, Whole b, Whole c) {
  const auto variable = [&](const char* name) { return Whole::at(terms_.variable(name)); };
  const auto known = std::ranges::find(lemmas_, fact, &Lemma::fact);
  const Place general =
      known != lemmas_.end() ? known->general : fact(variable("any a"), variable("any b"), variable("any c")).place();
  lemmas_.push_back({fact, general, fact(a, b, c).place()});
}

Number Setting::row(std::int64_t padding) {
  const Number row = number("row", 0, layout_.queries - 1 + padding);
  assume(layout_.queries >= 1);
  prefer(Whole(row) < layout_.queries);
  return row;
}

Number Setting::column(std::int64_t padding) {
  const Number column = number("column", 0, layout_.columns() - 1 + padding);
  assume(layout_.columns() >= 1);
  prefer(Whole(column) < layout_.columns());
  return column;
}

Span Setting::rows() { return range("rows", layout_.queries, shape().height); }
Span Setting::columns() { return range("columns", layout_.columns(), shape().width); }

// Tile i of a shape is [i * size, min((i + 1) * size, items)).
Span Setting::range(const std::string& name, Whole items, std::int64_t size) {
  const auto number = [](Whole whole) { return Number::at(whole.place()); };
  Span span;
  if (scope_.shape) {
    const Whole begin = fresh("tile of " + name, 0, items - 1, false) * size, end = begin + size;
    assume(begin < items);
    span = {number(begin), number(select(end < items, end, items))};
  } else {
    const Whole begin = fresh(name + " begin", 0, items - 1, false), end = fresh(name + " end", begin + 1, items, false);
    span = {number(begin), number(end)};
  }
  ranges_.push_back({name, span});
  return span;
}

Number Setting::splits(Whole most) {
  parts_ = number("splits", 1, most);
  return *parts_;
}

Truth Setting::compare(const std::string& name, Place code, Place specification, bool is_truth) {
  compared_.push_back({name, code, specification, is_truth});
  if (is_truth) return same(Truth::at(code), Truth::at(specification));
  return Whole::at(code) == Whole::at(specification);
}

}  // namespace boresight::proofs
