#include "properties/readings/power.h"

#include <algorithm>

#include "properties/readings/products.h"

namespace boresight::properties::readings {

bool applies(const Reading& reading, const Problem& problem) { return under(reading, problem) != by_the_book(problem); }

bool misreads_the_bias(const Reading& reading, const Problem& problem) {
  if (!applies(reading, problem)) return false;
  Problem unbiased = problem;
  unbiased.bias = {};
  return !applies(reading, unbiased);
}

std::vector<const Reading*> told(const std::vector<const Reading*>& of, const Call& call, const Arithmetic& arithmetic,
                                 const Certificate& certificate, Seen where) {
  BookProducts shared(call.problem, call.tensors);
  std::vector<const Reading*> found;
  for (const Reading* reading : of)
    if (applies(*reading, call.problem) && shows(under(*reading, call.problem), call, arithmetic, certificate, &shared, where))
      found.push_back(reading);
  return found;
}

bool some_told(const Call& call, const Arithmetic& arithmetic, const Certificate& certificate) {
  BookProducts shared(call.problem, call.tensors);
  const bool biased = call.problem.bias.kind != BiasKind::none;
  const std::span<const Reading> all = all_readings();
  return std::any_of(all.begin(), all.end(), [&](const Reading& reading) {
    const bool tried = biased ? misreads_the_bias(reading, call.problem) : applies(reading, call.problem);
    return tried && shows(under(reading, call.problem), call, arithmetic, certificate, &shared, Seen::in_out);
  });
}

}  // namespace boresight::properties::readings
