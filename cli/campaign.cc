#include "cli/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <thread>

#include "cli/choose.h"
#include "cli/machine.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/version.h"
#include "properties/campaign.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::cli {
namespace {

// "60s", "2m", "1h", "0.5s", or plain seconds; not positive: not a duration.
double seconds_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, text.data() + text.size());
  if (error != std::errc() || !(value > 0 && value < 1e9)) return 0;
  if (unit.empty() || unit == "s") return value;
  if (unit == "m") return value * 60;
  return unit == "h" ? value * 3600 : 0;
}

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

}  // namespace

int run_campaign(const CampaignOptions& options, const std::vector<Kernel>& kernels, const std::string& library) {
  Result<properties::Plan> planned = plan_of(options, kernels);
  if (!planned) return complain(planned.error().text());
  properties::Plan& plan = *planned;
  ReportFiles files(options);
  if (const Status opened = files.open(); !opened) return complain(opened.error().text());
  plan.stop = &stop_on_signals();
  ProgressLine progress(properties::shard_cases(plan.shard, std::int64_t(plan.laws.size()), plan.cases), plan.budget_seconds,
                        options.quiet);
  plan.progress = [&](const properties::Progress& now) { progress.show(now.cases, now.seconds); };
  properties::Report report = properties::run(plan);
  progress.clear();
  report.version = version();
  report.source = library.substr(std::min(library.find_first_not_of(' '), library.size()));
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
                    ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
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
