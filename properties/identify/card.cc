#include "properties/identify/card.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "properties/identify/aspects.h"
#include "properties/identify/hidden_values.h"
#include "properties/identify/ladder.h"
#include "properties/identify/measured.h"
#include "properties/identify/resolution.h"
#include "properties/identify/support.h"
#include "properties/probe/probed.h"

namespace boresight::properties::identify {
namespace {

using readings::Reading;

constexpr std::size_t enough = 2;  // cases that exclude a reading, before no more are sought

struct Subject {
  const Kernel& kernel;
  const Sights& sights;
  const Resolution& resolution;
};

const Sight& sight(const Subject& s, std::size_t at) { return s.sights.all[at]; }

// The case that a departure is told on: the smallest of those that show it, of its own aspect if any is.
std::size_t shown_by(const Subject& s, const Found& found) {
  const std::size_t own = aspect_of(*found.alike.front());
  const auto rank = [&](std::size_t at) {
    const auto& aspects = sight(s, at).aspects;
    const Problem& p = sight(s, at).stage->call().problem;
    const bool foreign = std::find(aspects.begin(), aspects.end(), own) == aspects.end();
    return std::pair(foreign, p.batch * p.heads * p.queries * p.columns());
  };
  return *std::min_element(found.sights.begin(), found.sights.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
}

Departure departure(const Subject& s, const Found& found) {
  Departure told{{}, "", found.alike.front()->source, "", "", found.documented};
  for (const Reading* reading : found.alike)
    if (std::find(told.readings.begin(), told.readings.end(), reading->id) == told.readings.end())
      told.readings.emplace_back(reading->id);
  const Stage& stage = *sight(s, shown_by(s, found)).stage;
  told.words = readings::words(*found.alike.front(), stage.call().problem);
  told.token = stage.token();
  if (!found.not_on.empty()) told.not_on = sight(s, found.not_on.front()).stage->token();
  return told;
}

bool is_found(const Subject& s, const Reading& reading) {
  return std::any_of(s.resolution.found.begin(), s.resolution.found.end(), [&](const Found& found) {
    return std::any_of(found.alike.begin(), found.alike.end(),
                       [&](const Reading* r) { return std::string_view(r->id) == reading.id; });
  });
}

std::vector<std::size_t> own_sights(const Subject& s, std::size_t aspect) {
  std::vector<std::size_t> own;
  for (std::size_t at = 0; at < s.sights.all.size(); ++at)
    if (const auto& aspects = sight(s, at).aspects; std::find(aspects.begin(), aspects.end(), aspect) != aspects.end())
      own.push_back(at);
  return own;
}

void count_readings(const Subject& s, std::size_t aspect, Row& row) {
  std::set<std::size_t> cases;
  for (const Reading& reading : readings::all_readings()) {
    if (aspect_of(reading) != aspect) continue;
    ++row.asked;
    if (is_found(s, reading)) continue;
    const std::vector<std::size_t> excluded_by = excluding(reading, s.sights, s.resolution, enough);
    cases.insert(excluded_by.begin(), excluded_by.end());
    if (excluded_by.empty()) row.untold.emplace_back(reading.id);
    row.excluded += excluded_by.empty() ? 0 : 1;
  }
  row.cases = cases.size();
}

std::string mismatch_words(const Mismatch& wrong) {
  const std::string place = wrong.lse ? fmt::format("lse[b={} h={} i={}]", wrong.b, wrong.h, wrong.i)
                                      : fmt::format("out[b={} h={} i={} d={}]", wrong.b, wrong.h, wrong.i, wrong.d);
  return fmt::format("{} is {:.9g}, right is {:.9g}, bound {:.3g}", place, wrong.got, wrong.expected, wrong.bound);
}

// What no reading explains on this aspect's own cases; false where there is nothing of the kind.
bool tell_unexplained(const Subject& s, const std::vector<std::size_t>& own, Row& row) {
  const auto& left = s.resolution.unexplained;
  const auto at =
      std::find_if(own.begin(), own.end(), [&](std::size_t k) { return std::find(left.begin(), left.end(), k) != left.end(); });
  if (at == own.end()) return false;
  const Stage& stage = *sight(s, *at).stage;
  row.words = "neither the specification nor any reading explains it: " + mismatch_words(*sight(s, *at).wrong);
  if (const std::string probed = probe::probed(stage.a_case(), s.kernel); !probed.empty() && s.sights.hangs == 0)
    row.words += "; probed: " + probed;
  row.token = stage.token();
  return true;
}

// The first of the aspect's cases that ended in this way.
const Sight* first_in(const Subject& s, const std::vector<std::size_t>& own, State state) {
  for (const std::size_t at : own)
    if (sight(s, at).state == state) return &sight(s, at);
  return nullptr;
}

void answer(const Subject& s, std::size_t aspect, Row& row) {
  if (s.kernel.without_lse && row.name == "lse") {
    row.answer = Answer::unasked, row.words = "it gives none";
    return;
  }
  const std::vector<std::size_t> own = own_sights(s, aspect);
  for (const Found& found : s.resolution.found)
    if (aspect_of(*found.alike.front()) == aspect && !found.sights.empty()) row.departures.push_back(departure(s, found));
  const bool all_documented =
      std::all_of(row.departures.begin(), row.departures.end(), [](const Departure& d) { return d.documented; });
  if (!row.departures.empty()) row.answer = all_documented ? Answer::as_documented : Answer::departs;
  if (tell_unexplained(s, own, row)) {
    if (row.departures.empty() || all_documented) row.answer = Answer::neither;
    return;
  }
  if (const Sight* broken = first_in(s, own, State::broken); broken != nullptr && (row.departures.empty() || all_documented)) {
    row.answer = Answer::broken, row.words = "the kernel " + broken->why, row.token = broken->stage->token();
    return;
  }
  if (!row.departures.empty()) return;
  const Sight* const refused = first_in(s, own, State::refused);
  const bool ran = std::any_of(own.begin(), own.end(), [&](std::size_t at) { return sight(s, at).ran(); });
  if (row.excluded > 0 && ran) {
    row.answer = Answer::as_specified;
    if (refused != nullptr && !row.untold.empty()) row.words = "not all could be asked: " + refused->why;
    return;
  }
  row.answer = refused != nullptr ? Answer::unasked : Answer::untold;
  row.words = refused != nullptr           ? refused->why
              : s.resolution.found.empty() ? "no case could tell"
                                           : "what departs in other rows hides it";
}

// What it documents, and was not seen to do.
void tell_undone(const Subject& s, std::size_t aspect, Row& row) {
  for (const Found& found : s.resolution.found)
    if (found.documented && found.sights.empty() && aspect_of(*found.alike.front()) == aspect)
      row.measured.push_back(fmt::format("documents {}, which no case showed", found.alike.front()->id));
}

Row row_of(const Subject& s, std::size_t aspect, const std::vector<Measured>& measured) {
  Row row;
  row.name = aspects()[aspect].name, row.convention = aspects()[aspect].convention;
  count_readings(s, aspect, row);
  answer(s, aspect, row);
  tell_undone(s, aspect, row);
  for (const Measured& m : measured)
    if (m.aspect == row.name && row.answer != Answer::unasked && !(m.departs && row.answer == Answer::as_specified))
      row.measured.push_back(m.words);
  return row;
}

}  // namespace

bool Card::asked() const {
  return std::any_of(rows.begin(), rows.end(), [](const Row& row) {
    return row.answer != Answer::unasked && row.answer != Answer::untold && row.answer != Answer::told;
  });
}

bool Card::departs() const {
  return std::any_of(rows.begin(), rows.end(), [](const Row& row) {
    return row.answer == Answer::departs || row.answer == Answer::neither || row.answer == Answer::broken;
  });
}

Card identify(const Kernel& kernel, std::uint64_t seed, Stages& stages) {
  Card card{kernel.name, kernel.unavailable, {}};
  if (!kernel.unavailable.empty()) return card;
  const Fitting fitting = fitting_of(kernel);
  if (!fitting.found) {
    card.note = "it takes none of the plainest calls: " + fitting.refusal;
    return card;
  }
  const Sights sights = look_at_all(stages, kernel, fitting, seed);
  if (sights.stopped) card.note = fmt::format("it hung {} times, and was asked nothing more", sights.hangs);
  const Resolution resolution = resolve(sights, kernel);
  const std::vector<Measured> measured = sights.hangs > 0 ? std::vector<Measured>() : measure(kernel, fitting);
  for (std::size_t a = 0; a < aspects().size(); ++a) card.rows.push_back(row_of({kernel, sights, resolution}, a, measured));
  if (sights.hangs == 0) card.rows.push_back(hidden_values(kernel, fitting, seed));
  if (sights.hangs == 0) card.rows.push_back(arithmetic_seen(kernel, fitting, seed, stages));
  card.rows.push_back(support(kernel, fitting));
  return card;
}

}  // namespace boresight::properties::identify
