// How a call is run decides how fast it is, never what it means: tile sizes, splits, and other kernels agree.
//
//   attend by this kernel = attend in other tiles and splits = attend by another registered kernel
//
// holds: within the bounds, each by its own declared arithmetic. The other kernel (another instruction set, flash or decode) is
// one that is available and supports the problem, by the seed; where there is none, tiles and splits alone are judged.
#include <array>
#include <vector>

#include "problem/registry.h"
#include "problem/values.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

Options otherwise_tiled(const Case& a_case) {
  constexpr std::array<std::int64_t, 8> sizes{0, 1, 2, 3, 5, 8, 16, 64};
  const std::uint64_t bits = mix(a_case.seed + 26);
  Options options = a_case.options;
  options.tile_queries = sizes[bits % 8];
  options.tile_keys = sizes[(bits >> 8) % 8];
  options.splits = std::int64_t((bits >> 16) % 5);
  return options;
}

const Kernel* another(const Kernel& kernel, const Case& a_case, const Call& call) {
  std::vector<const Kernel*> others;
  for (const Kernel& other : registered_kernels())
    if (other.name != kernel.name && other.unavailable.empty() && other.unsupported(call.problem, call.tensors).empty())
      others.push_back(&other);
  return others.empty() ? nullptr : others[mix(a_case.seed + 27) % others.size()];
}

}  // namespace

void prepare_ways_of_running_agree(Case&, Choices&) {}

Verdict judge_ways_of_running_agree(const Case& a_case, const Kernel& kernel) {
  Trial trial("ways_of_running_agree", a_case, kernel);
  const Certificate as_said = trial.certify(trial.call());
  if (!trial.going()) return trial.verdict();
  Way tiled = trial.way(), by_other = trial.way();
  tiled.options = otherwise_tiled(a_case);
  const Kernel* const other = another(kernel, a_case, trial.call());
  if (other != nullptr) by_other.kernel = other;
  const Certificate in_tiles = trial.certify_again(trial.call(), tiled);
  const Certificate elsewhere = trial.certify_again(trial.call(), by_other);

  const Results first = trial.run(trial.call());
  const Results second = trial.run(trial.call(), tiled, "in other tiles");
  trial.agree(second, in_tiles, first, as_said, "tile sizes and splits show");
  if (other != nullptr) {
    const Results third = trial.run(trial.call(), by_other, "by " + other->name);
    trial.agree(first, as_said, third, elsewhere, "it and " + other->name + " disagree");
  }
  trial.needs(some_row_shows(as_said), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
