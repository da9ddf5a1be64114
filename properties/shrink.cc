#include "properties/shrink.h"

#include <algorithm>
#include <vector>

#include "properties/documented.h"
#include "properties/draw/simpler.h"

namespace boresight::properties {
namespace {

constexpr std::int64_t tries_max = 20000;
constexpr std::int64_t hangs_max = 3;  // each takes all the time that a call is given

}  // namespace

Case shrunk(Case failing, const Law& law, const Kernel& kernel, std::int64_t* steps) {
  std::int64_t tries = 0, hangs = 0, taken = 0;
  const auto fails = [&](const Case& candidate) {
    if (++tries > tries_max || hangs >= hangs_max) return false;
    const Verdict verdict = judge(law, candidate, kernel);
    hangs += verdict.hung;
    return verdict.outcome == Outcome::failed;
  };
  while (true) {
    const std::vector<Case> candidates = simpler(failing);
    const auto next = std::find_if(candidates.begin(), candidates.end(), fails);
    if (next == candidates.end()) break;
    failing = *next;
    ++taken;
  }
  if (steps != nullptr) *steps = taken;
  return failing;
}

}  // namespace boresight::properties
