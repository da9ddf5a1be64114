// What verify and check share: the options of a campaign, and its way from these to the reports and the exit code.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/library.h"
#include "cli/report_files.h"

namespace boresight::cli {

struct CampaignOptions : ReportOptions {
  std::string kernels = "*", laws = "*", budget = "60s", shard = "1/1";
  std::int64_t cases = 0;
  std::uint64_t seed = 0;
  bool seed_given = false;
  int threads = 1;
  bool fail_fast = false, no_shrink = false;
};

// The options live as long as the command.
std::shared_ptr<CampaignOptions> add_campaign_options(CLI::App& command);

// Judges those of the library's kernels (this program's own, where there is none) that options.kernels chooses; prints and writes
// what was asked for.
int run_campaign(const CampaignOptions& options, const LibraryOptions& library = {});

}  // namespace boresight::cli
