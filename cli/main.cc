// boresight: does this kernel's positional bias line up?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/version.h"
#include "problem/nearest.h"
#include "problem/registry.h"
#include "strangers/worker.h"

namespace boresight::cli {
namespace {

std::string program_name = "boresight";

std::string version_text() {
  std::string text = fmt::format("boresight {}\ncommit {}\ncompiler {}\n", version(), commit(), compiler());
  text += "kernels";
  for (const Kernel& kernel : registered_kernels())
    text += fmt::format(" {} ({}{})", kernel.name, kernel.instruction_set, kernel.unavailable.empty() ? "" : ", unavailable");
  return text;
}

// What is wrong with the first word where it should be a command and is none; empty: nothing.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return "";
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view near = nearest(argv[1], views);
  return fmt::format("{}: no such command; {}allowed: {}", argv[1], near.empty() ? "" : fmt::format("did you mean {}? ", near),
                     fmt::join(names, ", "));
}

}  // namespace

int complain(const std::string& text) {
  fmt::print(stderr, "boresight: {}\n", text);
  return Exit::usage;
}

const std::string& program() { return program_name; }
void set_program(std::string name) { program_name = std::move(name); }

}  // namespace boresight::cli

int main(int argc, char** argv) {
  using namespace boresight::cli;
  if (argc > 1 && std::string_view(argv[1]) == boresight::strangers::worker_word) return boresight::strangers::work(argc, argv);
  if (argc > 0) set_program(argv[0]);
  CLI::App app{
      "Does this attention kernel's positional bias line up?\n"
      "Exit codes: 0 all that was judged held, 1 a failure, 2 bad usage or input, 3 nothing was judged, or not by every law and\n"
      "kernel that was asked for, 130 interrupted."};
  app.name("boresight");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  int exit = Exit::usage;
  add_verify(app, exit);
  add_check(app, exit);
  add_merge(app, exit);
  add_lint(app, exit);
  add_exhaust(app, exit);
  add_list(app, exit);
  add_replay(app, exit);
  add_explain(app, exit);
  add_identify(app, exit);
  add_prove(app, exit);
  add_vectors(app, exit);
  if (const std::string unknown = unknown_command(app, argc, argv); !unknown.empty()) return complain(unknown);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return Exit::usage;
  }
  return exit;
}
