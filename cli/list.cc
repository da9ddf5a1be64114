// boresight list kernels | laws | readings | mutants | suites: a line each, the name first.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/mutants.h"
#include "problem/registry.h"
#include "properties/laws/law.h"
#include "properties/lint/suites.h"
#include "properties/readings/table.h"

namespace boresight::cli {
namespace {

int list(const std::string& what) {
  std::size_t width = 16;
  for (const Kernel& kernel : registered_kernels()) width = std::max(width, kernel.name.size());
  if (what == "kernels")
    for (const Kernel& kernel : registered_kernels())
      fmt::print("{:<{}} {:<8} {}\n", kernel.name, width, kernel.instruction_set,
                 kernel.unavailable.empty() ? "available" : "unavailable: " + kernel.unavailable);
  if (what == "laws")
    for (const properties::Law& law : properties::laws()) fmt::print("{:<32} {}\n", law.name, law.statement);
  if (what == "readings")
    for (const properties::readings::Reading& reading : properties::readings::all_readings())
      fmt::print("{:<40} {}\n", reading.id, reading.source);
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
