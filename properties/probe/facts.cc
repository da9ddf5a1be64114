#include "properties/probe/facts.h"

#include <utility>

#include "properties/probe/fact_subject.h"
#include "properties/probe/head_map_facts.h"
#include "properties/probe/rotary_facts.h"
#include "properties/probe/row_facts.h"
#include "properties/probe/score_facts.h"

namespace boresight::properties::probe {

std::vector<Fact> facts(const Case& a_case, const Kernel& kernel, const Plumb& seen) {
  std::vector<Fact> found;
  if (!seen.refused.empty()) return found;
  const FactSubject s{a_case, kernel, seen, a_case.problem};
  if (s.p.kv_heads > 1) found.push_back(keys_map(s)), found.push_back(values_map(s));
  if (s.p.rotary.dims > 0)
    for (Fact& fact : rotary_facts(a_case, kernel, seen)) found.push_back(std::move(fact));
  found.push_back(scale_of_products(s));
  if (s.p.bias.kind != BiasKind::none) found.push_back(scale_on_bias(s));
  if (s.p.softcap > 0) found.push_back(softcap_order(s));
  if (s.p.zero_kv || s.p.sink) found.push_back(missing_weight(s));
  found.push_back(empty_rows(s));
  found.push_back(lse(s));
  return found;
}

}  // namespace boresight::properties::probe
