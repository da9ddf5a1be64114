// boresight check LIBRARY: the whole campaign on kernels that nobody here wrote, each call in a process apart.
#include "cli/campaign.h"
#include "cli/command.h"
#include "cli/library.h"

namespace boresight::cli {

void add_check(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "check",
      "Judge the kernels of a shared library (boresight.h) by every law, in a process apart: a crash, a hang and a limit are\n"
      "verdicts. A process apart is no sandbox: check a library that you would run");
  auto library = add_library_options(*command, "library");
  command->get_option("library")->required();
  auto options = add_campaign_options(*command);
  command->callback([library, options, &exit] { exit = run_campaign(*options, *library); });
}

}  // namespace boresight::cli
