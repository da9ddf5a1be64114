// Padding, masked, is as not there.
//
//   queries and keys padded alike, the key mask false at the pads:  the other rows of attend stay, within the bounds
//
// holds: padded at the right always. At the left queries and keys of the segment move by as many positions, so that memories
// may not be there (else 1.4), nor persistent columns where rotary turns by position (else 1.0); custom positions stay with
// their keys, and move nothing. Padding keys alone moves every query (2.5): not this law.
//
// What stands over columns or rows (attention mask, dense, forget) gets entries at the pads; the distance table gets as
// many in front and behind, since more queries and more keys reach farther.
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/calls.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

End padded_end(const Case& a_case) {
  const Problem& p = a_case.problem;
  const bool origin_shows = p.rotary.dims > 0 && p.mem_kv > 0 && !p.custom_positions;
  const bool left_holds = p.memories == 0 && !origin_shows;
  return left_holds && mix(a_case.seed + 17) % 3 != 0 ? End::oldest : End::newest;
}

}  // namespace

void prepare_padding_is_inert(Case& c, Choices& choices) {
  c.problem.queries = std::max<std::int64_t>(c.problem.queries, 1);
  c.problem.segment = std::max<std::int64_t>(c.problem.segment, 1);
  if (choices.chance(1, 3)) {
    c.problem.memories = 0, c.memory_mask = {};
    if (c.problem.bias.kind == BiasKind::forget) c.problem.segment = std::max(c.problem.segment, c.problem.queries);
  }
}

Verdict judge_padding_is_inert(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (p.queries < 1 || p.segment < 1) return skipped("needs a query and a key");
  Trial trial("padding_is_inert", a_case, kernel);
  const End end = padded_end(a_case);
  const std::int64_t pads = 1 + std::int64_t(mix(a_case.seed + 18) % 9);
  const Call padded = extended(trial.call(), end, pads, false, trial.store());
  const Certificate plain = trial.certify(trial.call()), wider = trial.certify(padded);
  const Results without = trial.run(trial.call()), with = trial.run(padded, "padded");
  const auto in_padded = [&](Element e) {
    e.i += end == End::oldest ? pads : 0;
    return std::optional(e);
  };
  trial.agree(without, plain, with, wider, in_padded,
              end == End::oldest ? "masked padding at the left shows" : "masked padding at the right shows");
  trial.needs(some_row_shows(plain), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
