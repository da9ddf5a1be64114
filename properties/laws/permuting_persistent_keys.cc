// Persistent columns have no position: permuting mem_k, mem_v and the attention mask's columns along changes nothing.
//
//   attend(mem_kv in any order) = attend(mem_kv)          holds: always; within the bounds, not bitwise
#include <algorithm>

#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

bool persistent_seen(const Certificate& certificate, const Problem& p) {
  return std::any_of(certificate.truth.heads.begin(), certificate.truth.heads.end(),
                     [&](const reference::Head& head) { return head.visible.middleCols(p.zero_kv ? 1 : 0, p.mem_kv).any(); });
}

}  // namespace

void prepare_permuting_persistent_keys(Case& c, Choices& choices) {
  if (c.problem.mem_kv < 2) c.problem.mem_kv = choices.between(2, 9);
}

Verdict judge_permuting_persistent_keys(const Case& a_case, const Kernel& kernel) {
  const std::int64_t P = a_case.problem.mem_kv;
  if (P < 2) return skipped("needs two persistent columns");
  Trial trial("permuting_persistent_keys", a_case, kernel);
  Call permuted = trial.call();
  const std::vector<std::int64_t> order = permutation(P, a_case.seed);
  std::vector<std::int64_t> columns = order;
  for (std::int64_t c = P; c < a_case.problem.columns(); ++c) columns.push_back(c);
  permuted.tensors.mem_k = gather(trial.store(), permuted.tensors.mem_k, 1, order);
  permuted.tensors.mem_v = gather(trial.store(), permuted.tensors.mem_v, 1, order);
  permuted.tensors.attention_mask = gather(trial.store(), permuted.tensors.attention_mask, 3, columns);
  const Certificate first = trial.certify(trial.call()), second = trial.certify(permuted);
  const Results as_is = trial.run(trial.call()), in_order = trial.run(permuted, "permuted");
  trial.agree(in_order, second, as_is, first, "the order of persistent columns shows");
  trial.needs(some_row_shows(first) && persistent_seen(first, a_case.problem), "no persistent column shows");
  return trial.verdict();
}

}  // namespace boresight::properties
