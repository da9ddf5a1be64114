// Later keys and values do not reach earlier rows: neither what they hold, nor that they are there.
//
//   contents of keys with tk > tq(i):          rows 0 .. i of attend keep their bits
//   as many queries as keys more at the end:   rows 0 .. n-1 stay, within the bounds     (keys alone would move the queries: 2.7)
//
// holds: causal, or window right = 0
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/calls.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

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
bool told(const Certificate& certificate, const Call& call, std::int64_t last, std::int64_t first_later) {
  const Tensor& mask = call.tensors.key_mask;
  for (std::int64_t b = 0; b < call.problem.batch; ++b) {
    bool kept = false, seen = false;
    for (std::int64_t s = first_later; s < call.problem.segment; ++s) kept = kept || !mask || mask.at<std::uint8_t>(b, s) != 0;
    for (std::int64_t h = 0; h < call.problem.heads; ++h)
      seen = seen || certificate.truth.heads[std::size_t(b * call.problem.heads + h)].visible.topRows(last + 1).any();
    if (kept && seen) return true;
  }
  return false;
}

Verdict judge_contents(Trial trial) {
  const Problem& p = trial.problem();
  const std::uint64_t seed = trial.drawn().seed;
  const std::int64_t last = std::int64_t(mix(seed + 10) % std::uint64_t(p.queries - 1));         // the last row that is kept
  const std::int64_t first_later = std::max<std::int64_t>(p.segment - p.queries + last + 1, 0);  // tk = tq(last) + 1
  Call changed = trial.call();
  changed.tensors.segment_k = copy(trial.store(), changed.tensors.segment_k);
  changed.tensors.segment_v = copy(trial.store(), changed.tensors.segment_v);
  rewrite(changed.tensors.segment_k, first_later, mix(seed + 11));
  rewrite(changed.tensors.segment_v, first_later, mix(seed + 12));
  const Certificate certificate = trial.certify(changed);
  if (!trial.going()) return trial.verdict();
  trial.needs(told(certificate, changed, last, first_later), "no earlier row sees anything, or no later key is kept");
  const Results before = trial.run(trial.call()), after = trial.run(changed, "later contents changed");
  const auto earlier = [last](std::int64_t, std::int64_t, std::int64_t i) { return i <= last; };
  trial.same_bits(after, before, earlier, "later keys or values reach an earlier row");
  return trial.verdict();
}

Verdict judge_more_of_them(Trial trial) {
  const Call longer =
      extended(trial.call(), End::newest, 1 + std::int64_t(mix(trial.drawn().seed + 14) % 5), true, trial.store());
  const Certificate few = trial.certify(trial.call()), more = trial.certify(longer);
  const Results before = trial.run(trial.call()), after = trial.run(longer, "with later queries and keys");
  trial.agree(before, few, after, more, "later queries and keys reach an earlier row");
  trial.needs(some_row_shows(few), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace

void prepare_causal(Case& c, Choices& choices) {
  c.problem.queries = std::max<std::int64_t>(c.problem.queries, 2);
  c.problem.segment = std::max(c.problem.segment, c.problem.queries);
  if (choices.chance(3, 4))
    c.problem.causal = true;
  else
    c.problem.window.right = 0;
}

Verdict judge_causal(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (!p.causal && p.window.right != 0) return skipped("needs causal or window right = 0");
  if (p.queries < 2 || p.segment < 2) return skipped("needs two queries and two keys");
  const bool contents = mix(a_case.seed + 13) % 3 != 0;
  return contents ? judge_contents({"causal", a_case, kernel}) : judge_more_of_them({"causal", a_case, kernel});
}

}  // namespace boresight::properties
