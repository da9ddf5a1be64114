#include "properties/diagnosis.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "properties/prepared.h"
#include "properties/probe/affine.h"
#include "properties/readings/confirm.h"
#include "properties/readings/fit.h"
#include "properties/readings/pattern.h"
#include "properties/readings/products.h"
#include "properties/readings/table.h"

namespace boresight::properties {
namespace {

using readings::Decisions;
using readings::Observation;
using readings::Reading;

// Pairs and larger cases are tried only where a whole evaluation takes this many multiplications at most, as that of every
// shrunk case does: a second for all of them.
constexpr double small_work = 1e6;

double work(const Problem& p) {
  return double(p.batch * p.heads) * double(p.queries) * double(p.columns() + 1) * double(p.head_dim + p.value_dim);
}

// The readings that take some decision of this problem otherwise.
std::vector<const Reading*> candidates(const Problem& problem) {
  std::vector<const Reading*> found;
  const Decisions book = readings::by_the_book(problem);
  for (const Reading& reading : readings::all_readings())
    if (readings::under(reading, problem) != book) found.push_back(&reading);
  return found;
}

Diagnosis explained(const Case& a_case, const Kernel& kernel, const std::vector<const Reading*>& fitting) {
  readings::Confirmed told{fitting, false};
  if (work(a_case.problem) <= small_work) told = readings::confirm(a_case, kernel, fitting);
  Diagnosis diagnosis{told.readings[0]->id, readings::words(*told.readings[0], a_case.problem)};
  for (std::size_t k = 1; k < told.readings.size(); ++k)
    diagnosis.words += (k == 1 ? "; also fits: " : ", ") + std::string(told.readings[k]->id);
  if (told.contradicted) diagnosis.words += "; larger cases are not explained by it alone";
  return diagnosis;
}

// Both readings at once, unless one of them undoes the other.
std::optional<Decisions> together(const Reading& a, const Reading& b, const Problem& problem) {
  Decisions both = readings::under(a, problem), reversed = readings::under(b, problem);
  const Decisions first = both, second = reversed;
  b.apply(both);
  a.apply(reversed);
  if (both != reversed || both == first || both == second) return std::nullopt;
  return both;
}

std::vector<const Reading*> fitting(const std::vector<const Reading*>& tried, const Observation& seen, const Mismatch& wrong) {
  std::vector<const Reading*> found;
  for (const Reading* reading : tried)
    if (readings::fits(readings::under(*reading, seen.call.problem), seen, wrong)) found.push_back(reading);
  return found;
}

std::optional<Diagnosis> pair(const std::vector<const Reading*>& tried, const Observation& seen, const Mismatch& wrong) {
  const Problem& problem = seen.call.problem;
  if (!(work(problem) <= small_work)) return std::nullopt;
  for (std::size_t a = 0; a < tried.size(); ++a)
    for (std::size_t b = a + 1; b < tried.size(); ++b) {
      const std::optional<Decisions> both = together(*tried[a], *tried[b], problem);
      if (!both || !readings::fits(*both, seen, wrong)) continue;
      return Diagnosis{fmt::format("{} + {}", tried[a]->id, tried[b]->id),
                       fmt::format("{}; and {}", readings::words(*tried[a], problem), readings::words(*tried[b], problem))};
    }
  return std::nullopt;
}

std::string agreement(const Case& a_case) {
  if (a_case.law.empty() || a_case.law == "agrees_with_reference") return "agrees with the reference on this call";
  return "agrees with the reference on the plain call; the law's second call differs";
}

}  // namespace

Diagnosis diagnose(const Case& a_case, const Kernel& kernel) {
  const Prepared clean = prepare(a_case), used = prepare(a_case);  // the kernel may write to its inputs
  if (const auto refused = refusal(kernel, clean.call)) return {"", refused->why};
  const Results results = run(kernel, used.call, a_case.options, a_case.layout);
  if (!results.broken.empty()) return {"", results.broken};
  std::optional<Verdict> outside;
  const Certified& certified = certify(clean.call, kernel, a_case.options, 0, outside);
  if (outside) return {"", outside->why};
  const Arithmetic arithmetic = kernel.arithmetic(a_case.problem, a_case.options);
  readings::BookProducts shared(a_case.problem, clean.call.tensors);
  const Observation seen{clean.call, arithmetic, certified, results, &shared};
  const std::optional<Mismatch> wrong = readings::first_wrong(seen);
  if (!wrong) return {"", agreement(a_case)};
  const std::vector<const Reading*> tried = candidates(a_case.problem);
  if (const auto found = fitting(tried, seen, *wrong); !found.empty()) return explained(a_case, kernel, found);
  if (auto found = pair(tried, seen, *wrong)) return *found;
  const std::string probed = probe::probed(a_case, kernel);
  return {"", "no reading explains it; " + readings::pattern(seen, *wrong) + (probed.empty() ? "" : "; probed: " + probed)};
}

}  // namespace boresight::properties
