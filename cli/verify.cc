// boresight verify: kernels against every law on random cases, until the budget or the number of cases is spent.
#include "cli/campaign.h"
#include "cli/command.h"

namespace boresight::cli {

void add_verify(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("verify", "Judge kernels by every law on random cases; failures are shrunk and named");
  auto options = add_campaign_options(*command);
  command->callback([options, &exit] { exit = run_campaign(*options); });
}

}  // namespace boresight::cli
