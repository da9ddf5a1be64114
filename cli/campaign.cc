#include "cli/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

#include "cli/choose.h"
#include "cli/duration.h"
#include "cli/machine.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/version.h"
#include "properties/campaign.h"
#include "properties/documented.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::cli {
namespace {

const CLI::Validator whole_number(
    [](const std::string& text) {
      const bool digits = !text.empty() && text.size() <= 13 && text.find_first_not_of("0123456789") == std::string::npos;
      const bool good = digits && std::stoll(text) > 0 && std::stoll(text) <= (std::int64_t{1} << 40);
      return good ? "" : text + " is none of them; give a whole number, 1 to 1099511627776";
    },
    "");

// A number that would wrap around, where CLI11 reads it into one without a sign.
const CLI::Validator not_negative(
    [](const std::string& text) { return text.starts_with('-') ? "give a whole number, 0 to 18446744073709551615" : ""; }, "",
    "");

// The campaign that the options describe.
Result<properties::Plan> plan_of(const CampaignOptions& options, const std::vector<Kernel>& kernels) {
  properties::Plan plan;
  Result<std::vector<Kernel>> chosen = choose_kernels("--kernel", options.kernels, kernels);
  if (!chosen) return chosen.error();
  plan.kernels = std::move(*chosen);
  std::vector<std::string> law_names;
  for (const properties::Law& law : properties::laws()) law_names.emplace_back(law.name);
  if (const Status status = each_meets("--law", "law", options.laws, law_names); !status) return status.error();
  for (const properties::Law& law : properties::laws())
    if (properties::matches(options.laws, law.name)) plan.laws.push_back(law);
  plan.budget_seconds = seconds_of(options.budget);
  if (plan.budget_seconds == 0)
    return Error{"is no duration", "--budget " + options.budget, "give seconds, such as 60s, 2m or 1h"};
  const Result<properties::Shard> shard = choose_shard(options.shard);
  if (!shard) return shard.error();
  if (!shard->whole() && !options.seed_given)
    return Error{"the shards would not be of the same cases", "--shard", "give --seed too"};
  plan.cases = options.cases;
  plan.seed = options.seed_given ? options.seed : std::random_device{}();
  plan.shard = *shard;
  plan.threads = options.threads;
  plan.filters = (options.kernels == "*" ? "" : fmt::format(" --kernel '{}'", options.kernels)) +
                 (options.laws == "*" ? "" : fmt::format(" --law '{}'", options.laws));
  plan.shrink = !options.no_shrink;
  plan.fail_fast = options.fail_fast;
  return plan;
}

// Each finding once more, in a process that has seen no call before: a replay begins like this.
void judge_anew(properties::Report& report, const LibraryOptions& library) {
  for (properties::Finding& finding : report.findings) {
    if (stop_on_signals().load()) return;
    if (finding.verdict.hung || !finding.unsteady.empty()) continue;
    const Result<std::vector<Kernel>> anew = kernels_of(library);
    if (!anew) continue;
    const auto kernel = std::find_if(anew->begin(), anew->end(), [&](const Kernel& k) { return k.name == finding.kernel; });
    const properties::Law* const law = properties::find_law(finding.law);
    if (kernel == anew->end() || law == nullptr) continue;
    if (properties::judge(*law, finding.smallest, *kernel).outcome == properties::Outcome::failed) continue;
    finding.unsteady =
        "does not fail every time: it does after other calls, and did not in a process begun anew, as a replay is; it may "
        "remember its calls";
  }
}

}  // namespace

int run_campaign(const CampaignOptions& options, const LibraryOptions& library) {
  const Result<std::vector<Kernel>> kernels = kernels_of(library);
  if (!kernels) return complain(kernels.error().text());
  Result<properties::Plan> planned = plan_of(options, *kernels);
  if (!planned) return complain(planned.error().text());
  properties::Plan& plan = *planned;
  plan.fit = !library.path.empty();
  ReportFiles files(options);
  if (const Status opened = files.open(); !opened) return complain(opened.error().text());
  plan.stop = &stop_on_signals();
  ProgressLine progress(properties::shard_cases(plan.shard, std::int64_t(plan.laws.size()), plan.cases), plan.budget_seconds,
                        options.quiet);
  plan.progress = [&](const properties::Progress& now) { progress.show(now.cases, now.seconds); };
  properties::Report report = properties::run(plan);
  progress.clear();
  if (!library.path.empty()) judge_anew(report, library);
  report.version = version();
  report.source = behind(library);
  report.machines = {this_machine(plan.kernels)};

  if (!options.quiet && report.seconds > 0)
    fmt::print(stderr, "{:.0f} cases a second on {} thread(s)\n", double(report.share) / report.seconds, plan.threads);
  return give(report, options, files);
}

std::shared_ptr<CampaignOptions> add_campaign_options(CLI::App& app) {
  CLI::App* const command = &app;
  auto options = std::make_shared<CampaignOptions>();
  options->threads = int(std::max(1u, std::thread::hardware_concurrency()));
  command->add_option("--kernel", options->kernels, "Only kernels of this name (*, ? and commas)");
  command->add_option("--law", options->laws, "Only laws of this name (*, ? and commas)");
  auto* cases = command->add_option("--cases", options->cases, "Number of cases: the same seed then gives the same report")
                    ->check(whole_number);
  command->add_option("--budget", options->budget, "Time to spend, such as 60s, 2m or 1h (default 60s)")->excludes(cases);
  command->add_option("--seed", options->seed, "Seed of the cases (default: a new one, which is printed)")
      ->check(not_negative)
      ->each([options = options.get()](const std::string&) { options->seed_given = true; });
  command->add_option("--threads", options->threads, "Threads (default: one a core)")->check(CLI::Range(1, 1024));
  command->add_option("--shard", options->shard, "K/N: judge the K-th of N parts of the same cases");
  add_report_options(*command, *options);
  command->add_flag("--fail-fast", options->fail_fast, "Stop soon after the first failure");
  command->add_flag("--no-shrink", options->no_shrink, "Report failing cases as drawn, neither shrunk nor named");
  return options;
}

}  // namespace boresight::cli
