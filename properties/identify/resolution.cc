#include "properties/identify/resolution.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "properties/identify/aspects.h"
#include "properties/readings/confirm.h"
#include "properties/readings/fit.h"
#include "properties/readings/power.h"

namespace boresight::properties::identify {
namespace {

using readings::Decisions;
using readings::Reading;

constexpr std::size_t parts_max = 4;     // readings that are followed in part, in one sight's combinations
constexpr std::size_t confirmed_on = 6;  // cases, of a set that no one of them tells apart

bool explains(const Decisions& decisions, const Sight& sight) {
  const readings::Observation seen{sight.stage->call(), sight.arithmetic, *sight.stage->certified(sight.arithmetic),
                                   sight.results, &sight.stage->shared()};
  return readings::fits(decisions, seen, *sight.wrong);
}

Decisions under_all(const std::vector<const Reading*>& readings, const Problem& p) {
  Decisions decisions = readings::by_the_book(p);
  for (const Reading* reading : readings) reading->apply(decisions);
  return decisions;
}

bool explain(const std::vector<const Reading*>& readings, const Sight& sight) {
  const Problem& p = sight.stage->call().problem;
  const Decisions decisions = under_all(readings, p);
  return !(decisions == readings::by_the_book(p)) && explains(decisions, sight);
}

// Those of the found ones that may explain a sight together: all, or fewer where some are followed in part, the most first.
std::vector<Indices> combinations(const std::vector<Found>& found) {
  Indices whole, parts;
  for (std::size_t f = 0; f < found.size(); ++f) (found[f].not_on.empty() ? whole : parts).push_back(f);
  parts.resize(std::min(parts.size(), parts_max));
  std::vector<Indices> all;
  for (std::size_t set = std::size_t{1} << parts.size(); set-- > 0;) {
    Indices some = whole;
    for (std::size_t k = 0; k < parts.size(); ++k)
      if ((set >> k & 1) != 0) some.push_back(parts[k]);
    std::sort(some.begin(), some.end());
    all.push_back(std::move(some));
  }
  return all;
}

std::vector<const Reading*> members(const std::vector<Found>& found, const Indices& some) {
  std::vector<const Reading*> readings;
  for (const std::size_t f : some) readings.push_back(found[f].alike.front());
  return readings;
}

// Sets which of the found ones explain each sight, and what is left.
void settle(Resolution& resolution, const Sights& sights) {
  resolution.together.assign(sights.all.size(), {});
  resolution.unexplained.clear();
  for (Found& found : resolution.found) found.sights.clear();
  const std::vector<Indices> tried = combinations(resolution.found);
  for (std::size_t s = 0; s < sights.all.size(); ++s) {
    if (sights.all[s].state != State::departs) continue;
    const auto does = std::find_if(tried.begin(), tried.end(),
                                   [&](const Indices& some) { return explain(members(resolution.found, some), sights.all[s]); });
    if (does == tried.end()) {
      resolution.unexplained.push_back(s);
      continue;
    }
    resolution.together[s] = *does;
    const Problem& p = sights.all[s].stage->call().problem;
    for (const std::size_t f : *does)
      if (readings::applies(*resolution.found[f].alike.front(), p)) resolution.found[f].sights.push_back(s);
  }
}

// One reading more, beside any of those that were found, which may come before it or after.
bool explain_with(const std::vector<Found>& found, const Reading& more, const Sight& sight) {
  if (!readings::applies(more, sight.stage->call().problem)) return false;
  for (const Indices& some : combinations(found)) {
    std::vector<const Reading*> readings = members(found, some);
    readings.push_back(&more);
    if (explain(readings, sight)) return true;
    if (readings.size() == 1) continue;
    std::rotate(readings.begin(), readings.end() - 1, readings.end());
    if (explain(readings, sight)) return true;
  }
  return false;
}

// Where it would show, and the kernel is as specified.
Indices contradicting(const Reading& reading, const Sights& sights) {
  Indices found;
  for (std::size_t s = 0; s < sights.all.size(); ++s)
    if (sights.all[s].state == State::agrees && sights.all[s].stage->tells(reading, sights.all[s].arithmetic, sights.all[s].seen))
      found.push_back(s);
  return found;
}

Indices gain(const Sights& sights, const Resolution& resolution, const Reading& reading) {
  Indices explained;
  std::copy_if(resolution.unexplained.begin(), resolution.unexplained.end(), std::back_inserter(explained),
               [&](std::size_t s) { return explain_with(resolution.found, reading, sights.all[s]); });
  return explained;
}

// A number of a family may stand in it twice.
bool is_among(const std::vector<const Reading*>& readings, const Reading& one) {
  return std::any_of(readings.begin(), readings.end(), [&](const Reading* r) { return r->apply == one.apply; });
}

// The readings that explain the most of what is left, with the fewest cases against them; several where they explain the same.
Found best(const Sights& sights, const Resolution& resolution, bool in_part) {
  Found most;
  for (const Reading& row : readings::all_readings())
    for (const Reading& reading : readings::family(row)) {
      Indices explained = gain(sights, resolution, reading);
      if (explained.empty() || explained.size() < most.sights.size()) continue;
      Indices against = contradicting(reading, sights);
      if (!in_part && !against.empty()) continue;
      const bool better = explained.size() > most.sights.size() || against.size() < most.not_on.size();
      if (better)
        most = {{}, std::move(explained), std::move(against), false};
      else if (explained != most.sights || against.size() > most.not_on.size() || is_among(most.alike, reading))
        continue;
      most.alike.push_back(&reading);
    }
  return most;
}

double work(const Sight& sight) {
  const Problem& p = sight.stage->call().problem;
  return double(p.batch * p.heads * p.queries) * double(p.columns());
}

// Of a set, those that larger cases of the same kind leave: larger than the smallest that show it.
void confirm_set(Found& found, const Sights& sights, const Kernel& kernel) {
  Indices shown = found.sights;
  std::sort(shown.begin(), shown.end(),
            [&](auto a, auto b) { return std::pair(work(sights.all[a]), a) < std::pair(work(sights.all[b]), b); });
  shown.resize(std::min(shown.size(), confirmed_on));
  for (const std::size_t s : shown) {
    if (found.alike.size() < 2) return;
    found.alike = readings::confirm(sights.all[s].stage->a_case(), kernel, found.alike).readings;
  }
}

// What the others explain without it is not found.
void drop_needless(Resolution& resolution, const Sights& sights) {
  for (std::size_t k = resolution.found.size(); k-- > 0;) {
    if (resolution.found[k].documented) continue;
    Resolution without = resolution;
    without.found.erase(without.found.begin() + std::ptrdiff_t(k));
    settle(without, sights);
    if (without.unexplained.size() <= resolution.unexplained.size()) resolution = std::move(without);
  }
}

void take_documented(Resolution& resolution, const Sights& sights, const Kernel& kernel) {
  for (const std::string& id : kernel.documented)
    for (const Reading& reading : readings::all_readings())
      if (id == reading.id) resolution.found.push_back({{&reading}, {}, contradicting(reading, sights), true});
}

}  // namespace

Decisions Resolution::decisions(const Sights& sights, std::size_t sight) const {
  return under_all(members(found, together[sight]), sights.all[sight].stage->call().problem);
}

Resolution resolve(const Sights& sights, const Kernel& kernel) {
  Resolution resolution;
  take_documented(resolution, sights, kernel);
  settle(resolution, sights);
  while (!resolution.unexplained.empty()) {
    Found next = best(sights, resolution, false);
    if (next.alike.empty()) next = best(sights, resolution, true);
    if (next.alike.empty()) break;
    if (resolution.found.empty()) confirm_set(next, sights, kernel);
    resolution.found.push_back(std::move(next));
    settle(resolution, sights);
  }
  drop_needless(resolution, sights);
  return resolution;
}

Indices excluding(const Reading& reading, const Sights& sights, const Resolution& resolution, std::size_t most) {
  const std::size_t own = aspect_of(reading);
  const auto is_own = [&](const Sight& sight) {
    return std::find(sight.aspects.begin(), sight.aspects.end(), own) != sight.aspects.end();
  };
  const auto is_left = [&](std::size_t s) {
    return std::find(resolution.unexplained.begin(), resolution.unexplained.end(), s) != resolution.unexplained.end();
  };
  Indices found;
  for (const State state : {State::agrees, State::departs})
    for (const bool of_its_own : {true, false})
      for (std::size_t s = 0; s < sights.all.size() && found.size() < most; ++s) {
        const Sight& sight = sights.all[s];
        if (sight.state != state || is_own(sight) != of_its_own) continue;
        if (state == State::agrees) {
          if (sight.stage->tells(reading, sight.arithmetic, sight.seen)) found.push_back(s);
          continue;
        }
        const Problem& p = sight.stage->call().problem;
        if (!found.empty() || is_left(s) || !readings::applies(reading, p)) continue;
        const Decisions without = resolution.decisions(sights, s);
        Decisions with = without;
        reading.apply(with);
        if (apart(with, without, sight.stage->call(), sight.arithmetic, sight.seen, &sight.stage->shared())) found.push_back(s);
      }
  return found;
}

}  // namespace boresight::properties::identify
