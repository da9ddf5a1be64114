#include "cli/machine.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "cli/version.h"

namespace boresight::cli {
namespace {

// What stands behind the first of these names in a file of "name: value" or "NAME=value" lines; empty: none does.
std::string value_in(const char* path, const std::vector<std::string>& names, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    std::string name = line.substr(0, at), value = line.substr(at + 1);
    name.erase(name.find_last_not_of(" \t") + 1);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    value.erase(0, value.find_first_not_of(" \t\""));
    value.erase(value.find_last_not_of(" \t\"") + 1);
    return value;
  }
  return "";
}

std::string processor(const utsname& system) {
  const std::string name = value_in("/proc/cpuinfo", {"model name", "Model", "cpu model", "uarch"}, ':');
  return name.empty() ? system.machine : fmt::format("{} ({})", name, system.machine);
}

std::string operating_system(const utsname& system) {
  const std::string name = value_in("/etc/os-release", {"PRETTY_NAME"}, '=');
  return name.empty() ? system.sysname : fmt::format("{}, {}", name, system.sysname);
}

}  // namespace

properties::Machine this_machine(const std::vector<Kernel>& kernels) {
  utsname system{};
  uname(&system);
  properties::Machine machine{processor(system), operating_system(system), compiler(), commit(), {}};
  for (const Kernel& kernel : kernels)
    if (kernel.unavailable.empty()) machine.instruction_sets.push_back(kernel.instruction_set);
  std::sort(machine.instruction_sets.begin(), machine.instruction_sets.end());
  machine.instruction_sets.erase(std::unique(machine.instruction_sets.begin(), machine.instruction_sets.end()),
                                 machine.instruction_sets.end());
  return machine;
}

}  // namespace boresight::cli
