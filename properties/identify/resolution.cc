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
using Indices = std::vector<std::size_t>;

constexpr std::size_t confirmed_on = 6;  // cases, of a set that no one of them tells apart

bool explains(const Decisions& decisions, const Sight& sight) {
  const readings::Observation seen{sight.stage->call(), sight.arithmetic, *sight.stage->certified(sight.arithmetic),
                                   sight.results, &sight.stage->shared()};
  return readings::fits(decisions, seen, *sight.wrong);
}

// The decisions under what was found and one reading more, which may have come before it or after.
bool explains_with(const Resolution& found, const Reading& more, const Sight& sight) {
  const Problem& p = sight.stage->call().problem;
  if (!readings::applies(more, p)) return false;
  Decisions after = found.decisions(p);
  const bool alone = after == readings::by_the_book(p);
  more.apply(after);
  if (explains(after, sight)) return true;
  if (alone) return false;
  Decisions before = readings::under(more, p);
  for (const Found& f : found.found) f.alike.front()->apply(before);
  return !(before == after) && explains(before, sight);
}

bool excluded_by_agreement(const Reading& reading, const Sights& sights) {
  return std::any_of(sights.all.begin(), sights.all.end(), [&](const Sight& sight) {
    return sight.state == State::agrees && sight.stage->tells(reading, sight.arithmetic);
  });
}

Indices unexplained(const Sights& sights, const Resolution& found) {
  Indices left;
  for (std::size_t s = 0; s < sights.all.size(); ++s) {
    const Sight& sight = sights.all[s];
    if (sight.state != State::departs) continue;
    const Problem& p = sight.stage->call().problem;
    const Decisions decisions = found.decisions(p);
    if (decisions == readings::by_the_book(p) || !explains(decisions, sight)) left.push_back(s);
  }
  return left;
}

Indices gain(const Sights& sights, const Indices& left, const Resolution& found, const Reading& reading) {
  Indices explained;
  std::copy_if(left.begin(), left.end(), std::back_inserter(explained),
               [&](std::size_t s) { return explains_with(found, reading, sights.all[s]); });
  return explained;
}

// A number of a family may stand in it twice.
bool is_among(const std::vector<const Reading*>& readings, const Reading& one) {
  return std::any_of(readings.begin(), readings.end(), [&](const Reading* r) { return r->apply == one.apply; });
}

// The readings that explain the most of what is left, where several explain the same all of those.
Found best(const Sights& sights, const Indices& left, const Resolution& found) {
  Found most;
  for (const Reading& row : readings::all_readings())
    for (const Reading& reading : readings::family(row)) {
      Indices explained = gain(sights, left, found, reading);
      if (explained.empty() || explained.size() < most.sights.size() || excluded_by_agreement(reading, sights)) continue;
      if (explained.size() > most.sights.size())
        most = {{}, std::move(explained), false};
      else if (explained != most.sights || is_among(most.alike, reading))
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
  const std::size_t left = unexplained(sights, resolution).size();
  for (std::size_t k = resolution.found.size(); k-- > 0;) {
    if (resolution.found[k].documented) continue;
    Resolution without = resolution;
    without.found.erase(without.found.begin() + std::ptrdiff_t(k));
    if (unexplained(sights, without).size() <= left) resolution = std::move(without);
  }
}

void take_documented(Resolution& resolution, const Sights& sights, const Kernel& kernel) {
  for (const std::string& id : kernel.documented)
    for (const Reading& reading : readings::all_readings())
      if (id == reading.id) resolution.found.push_back({{&reading}, {}, true});
  for (Found& found : resolution.found)
    for (std::size_t s = 0; s < sights.all.size(); ++s) {
      const Sight& sight = sights.all[s];
      if (sight.state == State::departs && sight.stage->tells(*found.alike.front(), sight.arithmetic) &&
          explains(resolution.decisions(sight.stage->call().problem), sight))
        found.sights.push_back(s);
    }
}

}  // namespace

Decisions Resolution::decisions(const Problem& problem) const {
  Decisions decisions = readings::by_the_book(problem);
  for (const Found& f : found) f.alike.front()->apply(decisions);
  return decisions;
}

Resolution resolve(const Sights& sights, const Kernel& kernel) {
  Resolution resolution;
  take_documented(resolution, sights, kernel);
  while (true) {
    resolution.unexplained = unexplained(sights, resolution);
    if (resolution.unexplained.empty()) break;
    Found next = best(sights, resolution.unexplained, resolution);
    if (next.alike.empty()) break;
    if (resolution.found.empty()) confirm_set(next, sights, kernel);
    resolution.found.push_back(std::move(next));
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
          if (sight.stage->tells(reading, sight.arithmetic)) found.push_back(s);
          continue;
        }
        const Problem& p = sight.stage->call().problem;
        if (!found.empty() || is_left(s) || !readings::applies(reading, p)) continue;
        const Decisions without = resolution.decisions(p);
        Decisions with = without;
        reading.apply(with);
        if (apart(with, without, sight.stage->call(), sight.arithmetic, &sight.stage->shared())) found.push_back(s);
      }
  return found;
}

}  // namespace boresight::properties::identify
