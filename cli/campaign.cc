#include "cli/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "cli/choose.h"
#include "cli/duration.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/version.h"
#include "properties/campaign.h"
#include "properties/documented.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::cli {
namespace {

// A kernel that could run and a law that judged it by not a single case are no success.
int exit_code(const properties::Report& report) {
  std::fflush(stdout);  // so that a log of both streams has them in order
  if (report.interrupted) return Exit::interrupted;
  if (!report.findings.empty()) return Exit::failure;
  bool judged = false;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, evidence] : by_law) judged = judged || evidence.judged() > 0;
  const std::int64_t not_judged = properties::pairs_not_judged(report);
  if (judged && not_judged == 0) return Exit::held;
  fmt::print(stderr,
             "boresight: {} pair(s) of kernel and law were not judged: more cases are needed, or a kernel that takes them\n",
             not_judged);
  return Exit::untested;
}

// A number that would wrap around, where CLI11 reads it into one without a sign.
const CLI::Validator not_negative(
    [](const std::string& text) { return text.starts_with('-') ? "give a whole number, 0 to 18446744073709551615" : ""; }, "",
    "");

// What the reports are written to; opened before the work.
struct Files {
  OutputFile json, junit;
};

Status open(const CampaignOptions& options, Files& files) {
  for (auto [file, path] : {std::pair(&files.json, &options.json), {&files.junit, &options.junit}})
    if (!path->empty())
      if (const Status opened = file->open(*path); !opened) return opened;
  return ok();
}

Status write(const CampaignOptions& options, const properties::Report& report, const properties::Rerun& rerun, Files& files) {
  if (!options.json.empty())
    if (const Status written = files.json.finish(properties::json(report, version())); !written) return written;
  if (!options.junit.empty())
    if (const Status written = files.junit.finish(properties::junit(report, version(), rerun)); !written) return written;
  return ok();
}

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
    const Result<std::vector<Kernel>> anew = kernels_of(library);
    if (!anew) continue;
    const auto kernel = std::find_if(anew->begin(), anew->end(), [&](const Kernel& k) { return k.name == finding.kernel; });
    const properties::Law* const law = properties::find_law(finding.law);
    if (kernel == anew->end() || law == nullptr || finding.verdict.hung) continue;
    if (properties::judge(*law, finding.smallest, *kernel).outcome == properties::Outcome::failed) continue;
    finding.verdict.why += "; in a process begun anew it does not: it remembers its calls, or is right by chance";
  }
}

}  // namespace

int run_campaign(const CampaignOptions& options, const LibraryOptions& library) {
  const Result<std::vector<Kernel>> kernels = kernels_of(library);
  if (!kernels) return complain(kernels.error().text());
  Result<properties::Plan> planned = plan_of(options, *kernels);
  if (!planned) return complain(planned.error().text());
  properties::Plan& plan = *planned;
  Files files;
  if (const Status opened = open(options, files); !opened) return complain(opened.error().text());
  plan.fit = !library.path.empty();
  plan.stop = &stop_on_signals();
  ProgressLine progress(properties::shard_cases(plan.shard, std::int64_t(plan.laws.size()), plan.cases), plan.budget_seconds,
                        options.quiet);
  plan.progress = [&](const properties::Progress& now) { progress.show(now.cases, now.seconds); };
  properties::Report report = properties::run(plan);
  progress.clear();
  if (!library.path.empty()) judge_anew(report, library);

  if (!options.quiet && report.seconds > 0)
    fmt::print(stderr, "{:.0f} cases a second on {} thread(s)\n", double(report.share) / report.seconds, plan.threads);
  const properties::Rerun rerun{program(), behind(library)};
  if (!options.quiet)
    fmt::print("{}", properties::words(report, rerun, options.each ? properties::Rows::each : properties::Rows::summed));
  else
    for (const properties::Finding& finding : report.findings) fmt::print("{}\n", properties::words(finding, rerun));
  if (const Status written = write(options, report, rerun, files); !written) return complain(written.error().text());
  return exit_code(report);
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
  command->add_option("--json", options->json, "Write the report to this file as JSON");
  command->add_option("--junit", options->junit, "Write the report to this file as JUnit XML");
  command->add_flag("--each", options->each, "A row of evidence for each kernel and law, not only their sums");
  command->add_flag("--fail-fast", options->fail_fast, "Stop soon after the first failure");
  command->add_flag("--quiet", options->quiet, "Print findings only");
  command->add_flag("--no-shrink", options->no_shrink, "Report failing cases as drawn, neither shrunk nor named");
  return options;
}

}  // namespace boresight::cli
