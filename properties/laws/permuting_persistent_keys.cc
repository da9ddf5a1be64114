// Persistent columns have no position: permuting mem_k, mem_v and the attention mask's columns along changes nothing.
//
//   attend(mem_kv in any order) = attend(mem_kv)          holds: always; within the bounds, not bitwise
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/bench.h"
#include "properties/laws/laws.h"

namespace boresight::properties {
namespace {

// A rotation by a count that the seed gives, then a swap: never the identity for P >= 2.
std::vector<std::int64_t> permutation(std::int64_t P, std::uint64_t seed) {
  std::vector<std::int64_t> order = range(0, P);
  std::rotate(order.begin(), order.begin() + 1 + std::int64_t(mix(seed + 3) % std::uint64_t(P - 1)), order.end());
  if (P > 2 && (mix(seed + 4) & 1u) != 0) std::swap(order[0], order[1]);
  return order;
}

bool persistent_seen(const Certified& certified, const Problem& p) {
  return std::any_of(certified.truth.heads.begin(), certified.truth.heads.end(), [&](const reference::Head& head) {
    return head.visible.middleCols(p.zero_kv ? 1 : 0, p.mem_kv).any();
  });
}

}  // namespace

void prepare_permuting_persistent_keys(Case& c, Choices& choices) {
  if (c.problem.mem_kv < 2) c.problem.mem_kv = choices.between(2, 9);
}

Verdict judge_permuting_persistent_keys(const Case& a_case, const Kernel& kernel) {
  const std::int64_t P = a_case.problem.mem_kv;
  if (P < 2) return skipped("needs two persistent columns");
  Prepared prepared = prepare(a_case);
  Call permuted = prepared.call;
  const std::vector<std::int64_t> order = permutation(P, a_case.seed);
  std::vector<std::int64_t> columns = order;
  for (std::int64_t c = P; c < a_case.problem.columns(); ++c) columns.push_back(c);
  permuted.tensors.mem_k = gather(prepared.inputs, prepared.call.tensors.mem_k, 1, order);
  permuted.tensors.mem_v = gather(prepared.inputs, prepared.call.tensors.mem_v, 1, order);
  permuted.tensors.attention_mask = gather(prepared.inputs, prepared.call.tensors.attention_mask, 3, columns);
  if (auto refused = refusal(kernel, prepared.call)) return *refused;
  std::optional<Verdict> outside;
  const Certified& first = certify(prepared.call, kernel, a_case.options, 0, outside);
  const Certified& second = certify(permuted, kernel, a_case.options, 1, outside);
  if (outside) return *outside;
  const Results as_is = run(kernel, prepared.call, a_case.options, a_case.layout);
  const Results in_order = run(kernel, permuted, a_case.options, a_case.layout);
  if (!as_is.broken.empty()) return failed(as_is.broken);
  if (!in_order.broken.empty()) return failed(in_order.broken + " (permuted)");
  Verdict verdict = compare(in_order, second.bound, 0, as_is, first.bound, 0, a_case.problem.queries);
  if (verdict.outcome == Outcome::failed) verdict.why = "the order of persistent columns shows: it " + verdict.why;
  else if (!some_row_shows(first) || !persistent_seen(first, a_case.problem)) return mistrusted("no persistent column shows", verdict.largest);
  return verdict;
}

}  // namespace boresight::properties
