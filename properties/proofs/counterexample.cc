#include "properties/proofs/counterexample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "problem/token.h"
#include "properties/proofs/text.h"

namespace boresight::proofs {
namespace {

constexpr std::int64_t elements_max = 1'000'000;  // rows times columns that a replay takes in its stride

// Reads the counterexample off the values of a stated claim.
class Reading {
 public:
  Reading(const Stated& stated, const Model& model)
      : setting_(stated.setting), values_(evaluate(setting_.terms(), model)), claimed_(stated.claimed.place()) {}

  std::int64_t number(Place place) const { return std::int64_t(values_[std::size_t(place)].value()); }
  template <class Term>
  std::int64_t number(Term term) const {
    return number(term.place());
  }

  std::string where() const {
    const Call& call = setting_.call();
    std::string text = fmt::format("n={} S={} M={} P={}", number(call.queries), number(call.segment), number(call.memories),
                                   number(call.mem_kv));
    if (number(call.causal) != 0) text += " causal";
    if (number(call.left) != unlimited || number(call.right) != unlimited)
      text += fmt::format(" window={},{}", number(call.left), number(call.right));
    for (const Setting::NamedSpan& range : setting_.ranges())
      text += fmt::format(", {} [{}, {})", range.name, number(range.span.begin), number(range.span.end));
    for (const Setting::Named& named : setting_.told()) text += fmt::format(", {} {}", named.name, number(named.place));
    return text;
  }

  // What does not fit first, since all that follows is made of it.
  std::vector<std::string> wrong() const {
    std::vector<std::string> found;
    for (const Obligation& owed : setting_.terms().obligations())
      if (values_[std::size_t(owed.kept)] != Integer(1) && found.empty())
        found.push_back(broken(setting_.terms(), owed, values_));
    if (values_[std::size_t(claimed_)] == Integer(1)) return found;
    for (const Setting::Compared& pair : setting_.compared())
      if (value(pair.code, pair.is_truth) != value(pair.specification, pair.is_truth))
        found.push_back(fmt::format("{} is {}, right is {}", pair.name, value(pair.code, pair.is_truth),
                                    value(pair.specification, pair.is_truth)));
    if (found.empty()) found.push_back("what is claimed does not hold there");
    return found;
  }

  // The call, with the words that let outputs show it. Some of them need a causal call to be read.
  Case to_case(std::string_view shown_by) const {
    const Result<Case> parsed = parse_token(fmt::format("bs1 b1 h1 d1 n1 s1 causal {}", shown_by));
    assert(parsed);
    Case result = *parsed;
    const Call& call = setting_.call();
    Problem& p = result.problem;
    p.queries = number(call.queries), p.segment = number(call.segment);
    p.memories = number(call.memories), p.mem_kv = number(call.mem_kv);
    p.causal = number(call.causal) != 0;
    p.window = {number(call.left), number(call.right)};
    if (setting_.scope().shape)
      result.options.tile_queries = setting_.shape().height, result.options.tile_keys = setting_.shape().width;
    if (setting_.parts()) result.options.splits = number(*setting_.parts());
    return result;
  }

 private:
  std::string value(Place place, bool is_truth) const {
    const std::optional<Integer>& known = values_[std::size_t(place)];
    if (!known) return "nothing";
    return is_truth ? (*known != 0 ? "true" : "false") : fmt::format("{}", *known);
  }

  const Setting& setting_;
  Values values_;
  Place claimed_;
};

}  // namespace

Stated::Stated(const Claim& claim, const Scope& scope) : setting(scope), claimed(claim.state(setting)), kept(true) {
  for (const Obligation& owed : setting.terms().obligations()) kept = kept && Truth::at(owed.kept);
}

Query Stated::query(std::vector<Place> others) const {
  std::vector<Place> asserted = setting.assumptions();
  for (const Setting::Lemma& lemma : setting.lemmas()) asserted.push_back(lemma.instance);
  asserted.insert(asserted.end(), others.begin(), others.end());
  return {setting.terms(), asserted};
}

bool Stated::confirmed(const Query& query, const Model& model) const {
  const Values values = evaluate(setting.terms(), model);
  return std::ranges::all_of(query.asserted, [&](Place place) { return values[std::size_t(place)] == Integer(1); });
}

Counterexample counterexample(const Claim& claim, const Stated& stated, const Smallest& smallest, bool preferred) {
  const Reading reading(stated, smallest.model);
  const Case showing = reading.to_case(claim.shown_by);
  const bool can_show = bool(validate(showing));
  const Case a_case = can_show ? showing : reading.to_case("");
  Counterexample result{reading.where(), reading.wrong(), {}, false, smallest.certain};
  if (!validate(a_case)) return result;
  result.token = token(a_case);
  const bool is_tiled = stated.setting.ranges().empty() || stated.setting.scope().shape.has_value();
  const Problem& p = a_case.problem;
  const std::int64_t elements = p.queries * p.columns();
  result.shows = preferred && can_show && is_tiled && !claim.shown_by.empty() && 0 < elements && elements <= elements_max;
  return result;
}

}  // namespace boresight::proofs
