#include "properties/identify/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "properties/probe/explanation.h"

namespace boresight::properties::identify {
namespace {

constexpr std::size_t untold_max = 3;  // named in a line

std::string plural(std::size_t count, const char* what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

std::string counted(const Row& row) {
  std::string text = fmt::format("{} excluded on {}", plural(row.excluded, "other reading"), plural(row.cases, "case"));
  if (row.untold.empty()) return text;
  const std::vector<std::string> some(row.untold.begin(),
                                      row.untold.begin() + std::ptrdiff_t(std::min(untold_max, row.untold.size())));
  return fmt::format("{}, {} not told: {}{}", text, row.untold.size(), fmt::join(some, ", "),
                     row.untold.size() > untold_max ? ", .." : "");
}

std::string departure_words(const Departure& departure) {
  std::string text = departure.words;
  if (departure.readings.size() == 1) text += fmt::format(" [{}]", departure.readings[0]);
  if (departure.readings.size() > 1) text += fmt::format(" [one of: {}]", fmt::join(departure.readings, ", "));
  return text;
}

std::string answer_words(const Row& row) {
  switch (row.answer) {
    case Answer::as_specified:
      return fmt::format("as specified{}: {} ({})", row.untold.empty() ? "" : ", as far as it was asked", row.convention,
                         row.asked == 0 ? "on " + plural(row.cases, "case") : counted(row));
    case Answer::as_documented:
    case Answer::departs:  // told by its departures
      return "";
    case Answer::neither:
      return "DEPARTS: " + row.words;
    case Answer::broken:
      return "BROKEN: " + row.words;
    case Answer::untold:
      return "not told: " + row.words;
    case Answer::unasked:
      return "not asked: " + row.words;
    case Answer::told:
      return row.words;
  }
  return "";
}

std::string lines(const Row& row) {
  const bool marked = row.answer == Answer::departs || row.answer == Answer::neither || row.answer == Answer::broken;
  const std::string label = (marked ? "* " : "  ") + row.name;
  std::string text, first = label;
  const auto say = [&](const std::string& words) {
    if (!words.empty()) text += probe::entry(first, words), first.clear();
  };
  if (row.departures.empty()) say(answer_words(row));
  for (const Departure& departure : row.departures) {
    say((departure.documented ? "as documented: " : "DEPARTS: ") + departure_words(departure));
    say(departure.token);
    if (!departure.not_on.empty()) say("in part; as specified in " + departure.not_on);
  }
  if (!row.departures.empty() || row.answer == Answer::as_specified) say(row.words);
  say(row.token);
  if (!row.departures.empty() && row.excluded > 0) say(counted(row));
  for (const std::string& measured : row.measured) say(measured);
  return text;
}

constexpr const char* answers[] = {"as specified", "as documented", "departs",   "neither",
                                   "broken",       "not told",      "not asked", "told"};

}  // namespace

std::string text(const Card& card) {
  std::string text = card.note.empty() ? "" : probe::entry("note", card.note);
  for (const Row& row : card.rows) text += lines(row);
  return text;
}

std::string summary(const Card& card) {
  std::string text;
  for (std::size_t a = 0; a < std::size(answers); ++a) {
    const auto count =
        std::count_if(card.rows.begin(), card.rows.end(), [&](const Row& row) { return std::size_t(row.answer) == a; });
    if (count > 0 && Answer(a) != Answer::told) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, answers[a]);
  }
  return text.empty() ? "nothing was asked" : text;
}

nlohmann::ordered_json json(const Card& card) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Row& row : card.rows) {
    nlohmann::ordered_json departures = nlohmann::ordered_json::array();
    for (const Departure& d : row.departures)
      departures.push_back({{"readings", d.readings},
                            {"words", d.words},
                            {"source", d.source},
                            {"token", d.token},
                            {"not_on", d.not_on},
                            {"documented", d.documented}});
    rows.push_back({{"row", row.name},
                    {"convention", row.convention},
                    {"answer", answers[std::size_t(row.answer)]},
                    {"departures", std::move(departures)},
                    {"words", row.words},
                    {"token", row.token},
                    {"readings", row.asked},
                    {"excluded", row.excluded},
                    {"cases", row.cases},
                    {"not_told", row.untold},
                    {"measured", row.measured}});
  }
  return {{"kernel", card.kernel},
          {"note", card.note},
          {"asked", card.asked()},
          {"departs", card.departs()},
          {"rows", std::move(rows)}};
}

}  // namespace boresight::properties::identify
