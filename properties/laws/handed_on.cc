#include "properties/laws/handed_on.h"

#include <algorithm>
#include <deque>

#include "properties/laws/power.h"

namespace boresight::properties {

void prepare_for_parts(Case& c, Choices& choices) {
  c.problem.queries = std::max<std::int64_t>(c.problem.queries, 2);
  c.problem.segment = std::max(c.problem.segment, c.problem.queries);
  if (choices.chance(3, 4))
    c.problem.causal = true;
  else
    c.problem.window.right = 0;
  if (c.problem.bias.kind == BiasKind::distance_table)  // a part's own table does not reach as far as shuffled positions
    c.positions = Positions::ordered, c.positions_broadcast = true, c.problem.custom_positions = false;
}

std::string no_parts(const Problem& p) {
  if (!p.causal && p.window.right != 0) return "needs causal or window right = 0";
  if (p.queries < 2 || p.segment < p.queries) return "needs two queries and segment >= queries";
  return "";
}

Verdict judge_parts(Trial trial, const std::vector<Rows>& parts, Handover handover, std::string_view otherwise) {
  const Certificate whole = trial.certify(trial.call());
  std::vector<Call> calls;
  std::vector<Certificate> certificates;
  for (const Rows& rows : parts) {
    calls.push_back(chunk(trial.call(), rows.first, rows.last, handover, trial.store()));
    certificates.push_back(trial.certify(calls.back()));
  }
  const Results at_once = trial.run(trial.call());
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Results alone = trial.run(calls[k], "in parts");
    const auto in_whole = [&](Element e) {
      e.i += parts[k].first;
      return std::optional(e);
    };
    trial.agree(alone, certificates[k], at_once, whole, in_whole, otherwise);
  }
  trial.needs(some_row_shows(whole), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
