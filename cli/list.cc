// boresight list kernels | laws | readings | mutants | suites | words: a line each, the name first; or all of it as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/mutants.h"
#include "problem/registry.h"
#include "problem/words.h"
#include "properties/identify/aspects.h"
#include "properties/laws/law.h"
#include "properties/lint/suites.h"
#include "properties/readings/table.h"
#include "properties/readings/zoo.h"

namespace boresight::cli {
namespace {

using properties::identify::aspect_of;
using properties::identify::aspects;
using properties::readings::ZooEntry;

// `fields` name the columns in JSON; a line has the first `shown` of them, each as wide as its widest entry.
struct Listing {
  std::vector<std::string> fields;
  std::size_t shown;
  std::vector<std::vector<std::string>> rows;
};

Listing kernels() {
  Listing list{{"name", "instruction_set", "available"}, 3, {}};
  for (const Kernel& kernel : registered_kernels())
    list.rows.push_back(
        {kernel.name, kernel.instruction_set, kernel.unavailable.empty() ? "available" : "unavailable: " + kernel.unavailable});
  return list;
}

Listing laws() {
  Listing list{{"name", "statement"}, 2, {}};
  for (const properties::Law& law : properties::laws()) list.rows.push_back({std::string(law.name), std::string(law.statement)});
  return list;
}

// How an entry of the zoo that is no reading by its own name is held.
std::string holding(const ZooEntry& entry) {
  if (!entry.why_not.empty()) return "not here: " + entry.why_not;
  if (!entry.readings.empty()) return fmt::format("read as: {}", fmt::join(entry.readings, ", "));
  std::vector<std::string> planted;
  for (const Mutant& mutant : mutants())
    if (mutant.zoo == entry.id) planted.push_back(mutant.id);
  return fmt::format("planted: {}", fmt::join(planted, ", "));
}

// `row`: of the card that `boresight identify` makes. Readings, then what else the zoo has: bugs that are planted, then those
// that can't be had here.
Listing readings() {
  Listing list{{"id", "class", "source", "held", "equivalent", "row"}, 4, {}};
  for (const auto& reading : properties::readings::all_readings())
    list.rows.push_back({reading.id, reading.kind, reading.source, fmt::format("shows: {}", reading.shows), reading.equivalent,
                         std::string(aspects()[aspect_of(reading)].name)});
  for (const bool here : {true, false})
    for (const ZooEntry& entry : properties::readings::zoo()) {
      const bool is_reading = std::find(entry.readings.begin(), entry.readings.end(), entry.id) != entry.readings.end();
      if (!is_reading && entry.why_not.empty() == here)
        list.rows.push_back({entry.id, entry.kind, entry.source, holding(entry), "", ""});
    }
  return list;
}

Listing planted() {
  Listing list{{"id", "file", "killer", "why", "zoo", "reading"}, 4, {}};
  for (const Mutant& m : mutants()) list.rows.push_back({m.id, m.file, m.killer, m.why, m.zoo, m.reading});
  return list;
}

Listing suites() {
  Listing list{{"id", "type", "inputs", "rule", "file"}, 5, {}};
  for (const properties::lint::Suite& suite : properties::lint::suites())
    list.rows.push_back({suite.id, std::string(name(suite.type)), suite.inputs, suite.rule, suite.file});
  return list;
}

void print_lines(const Listing& list) {
  std::vector<std::size_t> width(list.shown, 0);
  for (const auto& row : list.rows)
    for (std::size_t k = 0; k < list.shown; ++k) width[k] = std::max(width[k], row[k].size());
  for (const auto& row : list.rows) {
    for (std::size_t k = 0; k + 1 < list.shown; ++k) fmt::print("{:<{}} ", row[k], width[k]);
    fmt::print("{}\n", row[list.shown - 1]);
  }
}

void print_json(const Listing& list) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : list.rows) {
    nlohmann::ordered_json object;
    for (std::size_t k = 0; k < list.fields.size(); ++k) object[list.fields[k]] = row[k];
    rows.push_back(std::move(object));
  }
  fmt::print("{}\n", rows.dump(2));
}

std::string value_of(const Word& word) {
  return word.choices.empty() ? std::string(word.takes) : fmt::format("{}", fmt::join(word.choices, " | "));
}

// The words of a token, in their order.
Listing token_words() {
  Listing list{{"word", "example", "takes", "needs"}, 4, {}};
  for (const Word& word : words()) {
    const std::string needs = word.required ? "required" : word.needs.empty() ? "" : fmt::format("needs {}", word.needs);
    list.rows.push_back({std::string(word.name), std::string(word.example), value_of(word), needs});
  }
  return list;
}

// What can be listed, by name.
const std::map<std::string, Listing (*)()> listings{{"kernels", kernels}, {"laws", laws},     {"readings", readings},
                                                    {"mutants", planted}, {"suites", suites}, {"words", token_words}};

}  // namespace

void add_list(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("list", "List kernels, laws, readings, mutants, suites, or the words of a token");
  auto what = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("what", *what, "kernels, laws, readings, mutants, suites or words")
      ->required()
      ->check(CLI::IsMember(listings));
  command->add_flag("--json", *json, "Print one JSON array, an object a row");
  command->callback([what, json, &exit] {
    (*json ? print_json : print_lines)(listings.at (*what)());
    exit = Exit::held;
  });
}

}  // namespace boresight::cli
