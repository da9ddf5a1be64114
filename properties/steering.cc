#include "properties/steering.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "problem/values.h"
#include "properties/draw/draw.h"
#include "properties/draw/random.h"
#include "properties/readings/power.h"

namespace boresight::properties {
namespace {

using readings::Reading;

constexpr std::int64_t attempts_max = 64;

rc::Random random_of(std::uint64_t seed, std::int64_t number, std::int64_t attempt = 0) {
  return rc::Random(mix(mix(seed + 0x5eed) + std::uint64_t(number) + (std::uint64_t(attempt) << 48)));
}

// As properties/draw/rapid.h draws.
Case drawn_by(const rc::Random& random, const std::function<void(Case&, Choices&)>& prepare) {
  RandomChoices choices(random);
  Case drawn = draw(choices);
  if (prepare) prepare(drawn, choices);
  return drawn;
}

const Law& law_of(std::int64_t number, const std::vector<Law>& laws) { return laws[std::size_t(number - 1) % laws.size()]; }

// The readings that a batch's steered round is for, one a law: those that apply to the fewest of its free cases first. Where
// drawn cases seldom show a reading (it has a bend) they count for nothing. Among equals every batch begins elsewhere.
std::vector<const Reading*> targets(std::uint64_t seed, std::int64_t batch, const std::vector<Law>& laws) {
  const std::span<const Reading> all = readings::all_readings();
  const std::int64_t count = std::int64_t(laws.size()), first = batch * rounds_in_batch * count + 1;
  std::vector<std::int64_t> covered(all.size(), 0);
  for (std::int64_t number = first; number < first + (rounds_in_batch - 1) * count; ++number) {
    const Case free = drawn_case(seed, number, law_of(number, laws));
    for (std::size_t r = 0; r < all.size(); ++r)
      if (all[r].bend == nullptr && readings::applies(all[r], free.problem)) ++covered[r];
  }
  const std::size_t begin = std::uint64_t(batch * count) % all.size();
  std::vector<std::pair<std::int64_t, std::size_t>> order;  // how often it is covered, and its place from `begin` on
  for (std::size_t k = 0; k < all.size(); ++k) order.emplace_back(covered[(begin + k) % all.size()], k);
  std::sort(order.begin(), order.end());
  std::vector<const Reading*> chosen;
  for (std::size_t k = 0; k < laws.size(); ++k) chosen.push_back(&all[(begin + order[k % order.size()].second) % all.size()]);
  return chosen;
}

// The same, kept for the next case of the batch.
const std::vector<const Reading*>& targets_once(std::uint64_t seed, std::int64_t batch, const std::vector<Law>& laws) {
  struct Made {
    std::uint64_t seed;
    std::int64_t batch;
    std::vector<std::string_view> laws;
    bool operator==(const Made&) const = default;
  };
  thread_local Made last{0, -1, {}};
  thread_local std::vector<const Reading*> chosen;
  Made wanted{seed, batch, {}};
  for (const Law& law : laws) wanted.laws.push_back(law.name);
  if (wanted == last) return chosen;
  chosen = targets(seed, batch, laws);
  last = std::move(wanted);
  return chosen;
}

// Draws until the reading applies. It is bent before the law has its say, so the law's preconditions hold.
Case steered_case(std::uint64_t seed, std::int64_t number, const Law& law, const Reading& reading) {
  const auto prepare = [&](Case& c, Choices& choices) {
    if (reading.bend != nullptr) reading.bend(c, choices);
    law.prepare(c, choices);
  };
  for (std::int64_t attempt = 1; attempt <= attempts_max; ++attempt) {
    Case drawn = drawn_by(random_of(seed, number, attempt), prepare);
    if (readings::applies(reading, drawn.problem)) return drawn;
  }
  return drawn_case(seed, number, law);
}

}  // namespace

Case drawn_case(std::uint64_t seed, std::int64_t number, const Law& law) {
  return drawn_by(random_of(seed, number), law.prepare);
}

Case campaign_case(std::uint64_t seed, std::int64_t number, const std::vector<Law>& laws) {
  const std::int64_t round = (number - 1) / std::int64_t(laws.size()), batch = round / rounds_in_batch;
  const Law& law = law_of(number, laws);
  if (round % rounds_in_batch != rounds_in_batch - 1) return drawn_case(seed, number, law);
  const std::size_t slot = std::size_t(number - 1) % laws.size();
  return steered_case(seed, number, law, *targets_once(seed, batch, laws)[slot]);
}

}  // namespace boresight::properties
