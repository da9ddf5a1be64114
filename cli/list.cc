// boresight list kernels | laws | readings | mutants | suites: a line each, the name first.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/mutants.h"
#include "problem/registry.h"
#include "properties/laws/law.h"
#include "properties/lint/suites.h"
#include "properties/readings/table.h"
#include "properties/readings/zoo.h"

namespace boresight::cli {
namespace {

using properties::readings::ZooEntry;

void print_reading(const std::string& id, const std::string& kind, const std::string& source, const std::string& what) {
  fmt::print("{:<48} {:<16} {:<44} {}\n", id, kind, source, what);
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

// Readings, then what else the zoo has: bugs that are planted, then those that can't be had here.
void list_readings() {
  for (const auto& reading : properties::readings::all_readings())
    print_reading(reading.id, reading.kind, reading.source, fmt::format("shows: {}", reading.shows));
  for (const bool here : {true, false})
    for (const ZooEntry& entry : properties::readings::zoo()) {
      const bool is_reading = std::find(entry.readings.begin(), entry.readings.end(), entry.id) != entry.readings.end();
      if (!is_reading && entry.why_not.empty() == here) print_reading(entry.id, entry.kind, entry.source, holding(entry));
    }
}

int list(const std::string& what) {
  std::size_t width = 16;
  for (const Kernel& kernel : registered_kernels()) width = std::max(width, kernel.name.size());
  if (what == "kernels")
    for (const Kernel& kernel : registered_kernels())
      fmt::print("{:<{}} {:<8} {}\n", kernel.name, width, kernel.instruction_set,
                 kernel.unavailable.empty() ? "available" : "unavailable: " + kernel.unavailable);
  if (what == "laws")
    for (const properties::Law& law : properties::laws()) fmt::print("{:<32} {}\n", law.name, law.statement);
  if (what == "readings") list_readings();
  if (what == "mutants")
    for (const Mutant& mutant : mutants())
      fmt::print("{:<44} {:<28} killed by {:<32} {}\n", mutant.id, mutant.file, mutant.killer, mutant.why);
  if (what == "suites")
    for (const properties::lint::Suite& suite : properties::lint::suites())
      fmt::print("{:<20} {:<4} {:<16} {:<36} {}\n", suite.id, name(suite.type), suite.inputs, suite.rule, suite.file);
  return Exit::held;
}

}  // namespace

void add_list(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("list", "List kernels, laws, readings, mutants or suites");
  auto what = std::make_shared<std::string>();
  command->add_option("what", *what, "kernels, laws, readings, mutants or suites")
      ->required()
      ->check(CLI::IsMember({"kernels", "laws", "readings", "mutants", "suites"}));
  command->callback([what, &exit] { exit = list(*what); });
}

}  // namespace boresight::cli
