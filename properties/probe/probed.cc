#include "properties/probe/probed.h"

#include <fmt/format.h>

#include <algorithm>

#include "properties/prepared.h"
#include "properties/probe/plumb.h"
#include "properties/probe/words.h"

namespace boresight::properties::probe {
namespace {

constexpr double small_work = 2e8;  // multiplications: a second, for a diagnosis
constexpr std::size_t sentences_max = 2;

}  // namespace

std::string probed(const Case& a_case, const Kernel& kernel) {
  if (!(plumb_work(a_case.problem) <= small_work)) return "";
  const Plumb seen = plumb(a_case, kernel);
  if (!seen.refused.empty()) return "";
  const Prepared prepared = prepare(a_case);
  const std::vector<std::string> all = words(a_case.problem, prepared.call.tensors, seen, departures(seen));
  std::string text;
  for (std::size_t k = 0; k < std::min(all.size(), sentences_max); ++k) text += (k > 0 ? "; " : "") + all[k];
  if (all.size() > sentences_max) text += fmt::format("; and {} more", all.size() - sentences_max);
  return text;
}

}  // namespace boresight::properties::probe
