// Queries do not know each other: in another order they give the same rows in that order.
//
//   attend(queries in any order) = attend(queries) in that order
//
// holds: not causal, no window; no bias or rotary by position, unless positions are given as data and permuted along. Rows of
// the attention mask and of a dense bias go along.
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

bool positions_matter(const Problem& p) {
  return p.rotary.dims > 0 || (p.bias.kind != BiasKind::none && p.bias.kind != BiasKind::dense);
}

}  // namespace

void prepare_query_order(Case& c, Choices& choices) {
  Problem& p = c.problem;
  p.queries = std::max<std::int64_t>(p.queries, 2);
  p.causal = false;
  p.window = {};
  if (p.bias.kind == BiasKind::forget) p.bias = {};
  if (!positions_matter(p) || p.custom_positions) return;
  p.custom_positions = true;
  c.positions = Positions::shuffled;
  c.positions_broadcast = choices.chance(1, 2);
}

Verdict judge_query_order(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (p.queries < 2) return skipped("needs two queries");
  if (p.causal || p.window != Window{}) return skipped("needs no causality and no window");
  if (positions_matter(p) && !p.custom_positions) return skipped("needs custom positions where bias or rotary go by position");
  Trial trial("query_order", a_case, kernel);
  const std::vector<std::int64_t> order = permutation(p.queries, a_case.seed);
  Call other = trial.call();
  Tensors& t = other.tensors;
  for (Tensor* rows : {&t.q, &t.attention_mask, &t.dense}) *rows = gather(trial.store(), *rows, 2, order);
  t.query_positions = gather(trial.store(), t.query_positions, 1, order);
  const Certificate first = trial.certify(trial.call()), second = trial.certify(other);
  const Results as_is = trial.run(trial.call()), permuted = trial.run(other, "permuted");
  const auto before = [&](Element e) {
    e.i = order[std::size_t(e.i)];
    return std::optional(e);
  };
  trial.agree(permuted, second, as_is, first, before, "the order of queries shows");
  trial.needs(some_row_shows(first), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
