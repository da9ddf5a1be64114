// Heads do not know each other: in another order, with all that is their own, they give the same outputs in that order.
//
//   attend(kv groups, and the heads inside each, in any order) = attend(heads) in that order
//
// holds: slopes, tables, sinks, masks and dense rows go along as data. Geometric slopes go by the head's number, so the call in
// another order is given them as data. Query head (g, j) is the j-th of kv head g: g * H/G + j grouped, j * G + g tiled.
#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"
#include "reference/position_bias.h"

namespace boresight::properties {
namespace {

std::int64_t query_head(const Problem& p, std::int64_t g, std::int64_t j) {
  return p.head_map == HeadMap::grouped ? g * (p.heads / p.kv_heads) + j : j * p.kv_heads + g;
}

// heads[h] is the head that stands at h in the other order.
std::vector<std::int64_t> heads_in(const Problem& p, const std::vector<std::int64_t>& groups,
                                   const std::vector<std::int64_t>& inside) {
  std::vector<std::int64_t> heads(static_cast<std::size_t>(p.heads));
  for (std::int64_t g = 0; g < p.kv_heads; ++g)
    for (std::int64_t j = 0; j < p.heads / p.kv_heads; ++j)
      heads[std::size_t(query_head(p, g, j))] = query_head(p, groups[std::size_t(g)], inside[std::size_t(j)]);
  return heads;
}

Tensor slopes_as_data(const Call& call, Inputs& store) {
  const Tensor slopes = store.allocate(Type::f32, {1, call.problem.heads});
  fill(slopes, [&](std::int64_t h) { return reference::slope(call.problem, call.tensors, 0, h); });
  return slopes;
}

Call in_order(Trial& trial, const std::vector<std::int64_t>& groups, const std::vector<std::int64_t>& heads) {
  Call result = trial.call();
  Tensors& t = result.tensors;
  if (result.problem.bias.kind == BiasKind::alibi && result.problem.bias.slopes == Slopes::geometric) {
    t.slopes = slopes_as_data(trial.call(), trial.store());
    result.problem.bias.slopes = Slopes::per_head;
  }
  const auto reorder = [&](Tensor& tensor, int dimension, const std::vector<std::int64_t>& order) {
    tensor = gather_or_broadcast(trial.store(), tensor, dimension, order);
  };
  for (Tensor* each_kv_head : {&t.memory_k, &t.memory_v, &t.segment_k, &t.segment_v}) reorder(*each_kv_head, 1, groups);
  for (Tensor* each_kv_head : {&t.mem_k, &t.mem_v}) reorder(*each_kv_head, 0, groups);
  for (Tensor* each_head : {&t.q, &t.attention_mask, &t.slopes, &t.bucket_table, &t.dense, &t.forget})
    reorder(*each_head, 1, heads);
  for (Tensor* each_head : {&t.distance_table, &t.sinks}) reorder(*each_head, 0, heads);
  return result;
}

}  // namespace

void prepare_head_order(Case& c, Choices& choices) {
  Problem& p = c.problem;
  if (p.heads == 1) {
    p.heads = p.kv_heads = choices.between(2, 4);
    if (p.bias.kind == BiasKind::alibi) p.bias.alibi_heads = p.heads;
  }
  if (p.kv_heads == p.heads && choices.chance(1, 2)) p.kv_heads = p.heads % 2 == 0 ? p.heads / 2 : 1;  // query heads that share
}

Verdict judge_head_order(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (p.heads < 2) return skipped("needs two heads");
  Trial trial("head_order", a_case, kernel);
  const std::vector<std::int64_t> groups = permutation(p.kv_heads, a_case.seed);
  const std::vector<std::int64_t> heads = heads_in(p, groups, permutation(p.heads / p.kv_heads, a_case.seed + 16));
  const Call other = in_order(trial, groups, heads);
  const Certificate first = trial.certify(trial.call()), second = trial.certify(other);
  const Results as_is = trial.run(trial.call()), permuted = trial.run(other, "permuted");
  const auto before = [&](Element e) {
    e.h = heads[std::size_t(e.h)];
    return std::optional(e);
  };
  trial.agree(permuted, second, as_is, first, before, "the order of heads shows");
  trial.needs(some_row_shows(first), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
