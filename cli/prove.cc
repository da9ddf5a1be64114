// boresight prove: runs boresight-prove, a program of its own since it alone needs a solver, under this program's name.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "cli/command.h"

namespace boresight::cli {
namespace {

// Beside this program, named like it: the prover of mutants/ID is mutants/ID-prove.
std::string prover() {
  std::error_code wrong;
  return std::filesystem::read_symlink("/proc/self/exe", wrong).string() + "-prove";
}

// Returns only where it can't be run.
int prove(const std::vector<std::string>& arguments) {
  const std::string path = prover();
  std::string name = program();
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers{name.data()};
  for (std::string& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  execv(path.c_str(), pointers.data());
  fmt::print(
      stderr,
      "boresight: prove is a program of its own, boresight-prove, which needs Z3 (Debian: libz3-dev); it is not beside this "
      "command: {}\n",
      path);
  return Exit::untested;
}

}  // namespace

void add_prove(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("prove", "Prove the kernels' index arithmetic, for all sizes at once");
  command->set_help_flag();  // --help is the prover's
  command->prefix_command();
  command->callback([command, &exit] { exit = prove(command->remaining()); });
}

}  // namespace boresight::cli
