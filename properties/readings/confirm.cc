#include "properties/readings/confirm.h"

#include <algorithm>
#include <optional>

#include "properties/prepared.h"
#include "properties/readings/fit.h"

namespace boresight::properties::readings {
namespace {

void grow(Case& c, std::int64_t queries, std::int64_t segment, std::int64_t memories, std::int64_t mem_kv) {
  Problem& p = c.problem;
  p.queries += queries;
  p.segment += segment;
  p.memories += memories;
  p.mem_kv += mem_kv;
}

void more_heads(Case& c, std::int64_t times, std::int64_t kv_times) {
  Problem& p = c.problem;
  if (p.bias.alibi_heads == p.heads) p.bias.alibi_heads *= times;
  p.heads *= times;
  p.kv_heads *= kv_times;
}

// Those that explain what the kernel does on the case; nothing where the case can't be judged.
std::optional<std::vector<const Reading*>> left(const Case& a_case, const Kernel& kernel,
                                                const std::vector<const Reading*>& readings) {
  const Prepared clean = prepare(a_case), used = prepare(a_case);
  if (refusal(kernel, clean.call)) return std::nullopt;
  const Results results = run(kernel, used.call, a_case.options, a_case.layout);
  std::optional<Verdict> outside;
  const Certified& certified = certify(clean.call, kernel, a_case.options, 1, outside);
  if (outside || !results.broken.empty()) return std::nullopt;
  const Arithmetic arithmetic = kernel.arithmetic(a_case.problem, a_case.options);
  const Observation seen{clean.call, arithmetic, certified, results};
  const std::optional<Mismatch> wrong = first_wrong(seen);
  std::vector<const Reading*> found;
  for (const Reading* reading : readings) {
    const Decisions decisions = under(*reading, a_case.problem);
    if (wrong ? fits(decisions, seen, *wrong) : !shows(decisions, clean.call, arithmetic, certified)) found.push_back(reading);
  }
  return found;
}

}  // namespace

std::vector<Case> larger(const Case& a_case) {
  Case wide = a_case;
  wide.problem.head_dim = std::max<std::int64_t>(wide.problem.head_dim, 4);
  wide.problem.value_dim = std::max<std::int64_t>(wide.problem.value_dim, 4);
  std::vector<Case> cases(8, wide);
  grow(cases[0], 0, 3, 0, 0);
  grow(cases[1], 3, 3, 0, 0);
  grow(cases[2], 3, 0, 0, 0);
  grow(cases[3], 0, 0, 2, 0);
  grow(cases[4], 0, 0, 0, 2);
  grow(cases[5], 2, 5, 3, 2);
  more_heads(cases[6], 2, 1);
  more_heads(cases[7], 4, 2);
  std::erase_if(cases, [](const Case& c) { return !validate(c); });
  return cases;
}

Confirmed confirm(const Case& a_case, const Kernel& kernel, std::vector<const Reading*> fitting) {
  Confirmed confirmed{std::move(fitting), false};
  for (const Case& c : larger(a_case)) {
    auto found = left(c, kernel, confirmed.readings);
    if (!found) continue;
    if (found->empty())
      confirmed.contradicted = true;
    else
      confirmed.readings = std::move(*found);
  }
  return confirmed;
}

}  // namespace boresight::properties::readings
