// What later keys and values hold changes no bit of earlier rows.
//
//   contents of keys with tk > tq(i):  rows 0 .. i of attend keep their bits          holds: causal, or window right = 0
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/bench.h"
#include "properties/laws/laws.h"

namespace boresight::properties {
namespace {

// Finite, and of another size than what draw() makes.
void rewrite(const Tensor& rows, std::int64_t first, std::uint64_t seed) {
  for (std::int64_t b = 0; b < rows.shape[0]; ++b)
    for (std::int64_t g = 0; g < rows.shape[1]; ++g)
      for (std::int64_t s = first; s < rows.shape[2]; ++s)
        for (std::int64_t d = 0; d < rows.shape[3]; ++d)
          store(rows.data, rows.type, rows.offset(b, g, s, d), 64 * small_integer(mix(seed + std::uint64_t(s * 512 + d))) + 1);
}

// Some earlier row sees something, and some later key is hidden by causality alone, not by its mask.
bool told(const Certified& certified, const Call& call, std::int64_t last, std::int64_t first_later) {
  const Tensor& mask = call.tensors.key_mask;
  for (std::int64_t b = 0; b < call.problem.batch; ++b) {
    bool kept = false, seen = false;
    for (std::int64_t s = first_later; s < call.problem.segment; ++s) kept = kept || !mask || mask.at<std::uint8_t>(b, s) != 0;
    for (std::int64_t h = 0; h < call.problem.heads; ++h)
      seen = seen || certified.truth.heads[std::size_t(b * call.problem.heads + h)].visible.topRows(last + 1).any();
    if (kept && seen) return true;
  }
  return false;
}

}  // namespace

void prepare_causal(Case& c, Choices& choices) {
  c.problem.queries = std::max<std::int64_t>(c.problem.queries, 2);
  c.problem.segment = std::max(c.problem.segment, c.problem.queries);
  if (choices.chance(3, 4)) c.problem.causal = true;
  else c.problem.window.right = 0;
}

Verdict judge_causal(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (!p.causal && p.window.right != 0) return skipped("needs causal or window right = 0");
  if (p.queries < 2 || p.segment < 2) return skipped("needs two queries and two keys");
  Prepared prepared = prepare(a_case);
  if (auto refused = refusal(kernel, prepared.call)) return *refused;
  const Results before = run(kernel, prepared.call, a_case.options, a_case.layout);
  if (!before.broken.empty()) return failed(before.broken);
  const std::int64_t last = std::int64_t(mix(a_case.seed + 10) % std::uint64_t(p.queries - 1));  // the last row that is kept
  const std::int64_t first_later = std::max<std::int64_t>(p.segment - p.queries + last + 1, 0);  // tk = tq(last) + 1
  Tensors& t = prepared.call.tensors;
  t.segment_k = copy(prepared.inputs, t.segment_k);
  t.segment_v = copy(prepared.inputs, t.segment_v);
  rewrite(t.segment_k, first_later, mix(a_case.seed + 11));
  rewrite(t.segment_v, first_later, mix(a_case.seed + 12));
  const Results after = run(kernel, prepared.call, a_case.options, a_case.layout);
  if (!after.broken.empty()) return failed(after.broken + " (later contents changed)");
  const auto earlier = [last](std::int64_t, std::int64_t, std::int64_t i) { return i <= last; };
  if (auto changed = first_changed_bit(after, before, earlier)) return failed("later keys or values reach an earlier row", changed);
  std::optional<Verdict> outside;
  const Certified& certified = certify(prepared.call, kernel, a_case.options, 0, outside);
  return told(certified, prepared.call, last, first_later) ? Verdict{} : mistrusted("no earlier row sees anything, or no later key is kept");
}

}  // namespace boresight::properties
