// A bias is what it adds: the built-in one, and the same numbers given as a dense bias, agree.
//
//   |attend(built-in) - attend(dense)| <= both bounds + |truth(built-in) - truth(dense)|
//
// holds: ALiBi, T5, distance table, forget. The dense entries are the true bias rounded to f32 once; what that rounding moves is
// known, and is the last term. (In bf16 it would be 2 nats at slope 1 and distance 600.)
#include <cmath>

#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

bool built_in(BiasKind kind) { return kind != BiasKind::none && kind != BiasKind::dense; }

Call given_as_dense(Trial& trial, const reference::Attention& truth) {
  Call result = trial.call();
  const Problem& p = trial.problem();
  const std::int64_t keys = p.memories + p.segment, first = p.columns() - keys + (p.zero_kv ? 1 : 0);
  result.problem.bias = {};
  result.problem.bias.kind = BiasKind::dense;
  const Tensor dense = trial.store().allocate(Type::f32, {p.batch, p.heads, p.queries, keys});
  fill(dense, [&](std::int64_t at) {
    const std::int64_t row = at / keys;
    return truth.heads[std::size_t(row / p.queries)].bias(row % p.queries, first + at % keys);
  });
  Tensors& t = result.tensors;
  t.dense = dense;
  t.slopes = t.bucket_table = t.distance_table = t.forget = {};
  return result;
}

}  // namespace

void prepare_dense_equals_built_in(Case& c, Choices&) {
  if (built_in(c.problem.bias.kind)) return;
  c.problem.bias = {};
  c.problem.bias.kind = BiasKind::alibi;
  c.problem.bias.alibi_heads = c.problem.heads;
  c.dense_broadcast = {}, c.dense_hidden = 0;
}

Verdict judge_dense_equals_built_in(const Case& a_case, const Kernel& kernel) {
  if (!built_in(a_case.problem.bias.kind)) return skipped("needs a built-in bias");
  if (a_case.problem.type == Type::f64) return skipped("needs a dense bias in f32");
  Trial trial("dense_equals_built_in", a_case, kernel);
  const Certificate inside = trial.certify(trial.call());
  if (!trial.going()) return trial.verdict();
  const Call dense = given_as_dense(trial, inside.truth);
  const Certificate given = trial.certify(dense);
  const Results built = trial.run(trial.call()), as_data = trial.run(dense, "the bias given as dense");
  const auto expected = [&](const Element& e) {
    const double right = at(inside.truth, built, e), rounded = at(given.truth, built, e);
    const double moved = right == rounded ? 0 : std::abs(right - rounded);  // equal where both are -inf
    return std::optional<Expected>({at(as_data, e), at(inside.bound, built, e) + at(given.bound, built, e) + moved});
  };
  trial.hold(built, expected, "the built-in bias is not the dense bias of the same numbers");
  if (trial.going()) trial.needs(some_bias_shows(inside), "the bias moves no output by more than its bound");
  return trial.verdict();
}

}  // namespace boresight::properties
