// boresight lint: which mistakes would a user's own test let through? Also writes the kill matrix of known suites.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "cli/case_of.h"
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/output_file.h"
#include "cli/version.h"
#include "properties/lint/matrix.h"
#include "properties/lint/report.h"
#include "properties/readings/table.h"

namespace boresight::cli {
namespace {

namespace lint = properties::lint;

struct LintOptions {
  std::string rule, inputs = "normal", sizes = "113x203,64x512", type = "f32", suite, readings = "*", json, matrix;
  std::uint64_t seed = 1;
  int trials = 1, threads = int(std::max(1u, std::thread::hardware_concurrency()));
  bool quiet = false;
};

// What was given beside --suite takes the place of the table's.
struct Given {
  bool rule = false, inputs = false, sizes = false, type = false, trials = false;
};

std::optional<Type> type_of(const std::string& text) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16})
    if (name(type) == text) return type;
  return std::nullopt;
}

std::string option_of(const Error& error) { return fmt::format("--{}; {}", error.text(), "see boresight lint --help"); }

Result<lint::Setting> setting_of(const LintOptions& options, const Given& given) {
  const lint::Suite* suite = lint::find_suite(options.suite);
  if (suite == nullptr && !options.suite.empty())
    return Error{options.suite + " is unknown", "suite", "allowed: what boresight list suites names"};
  if (suite == nullptr && !given.rule) return Error{"no rule is given", "rule", "give --rule or --suite"};
  lint::Setting setting;
  setting.seed = options.seed;
  if (suite != nullptr) setting = lint::setting(*suite, options.seed);
  if (given.rule) {
    const Result<lint::Rule> rule = lint::parse_rule(options.rule);
    if (!rule) return rule.error();
    setting.rule = *rule;
  }
  if (given.inputs || suite == nullptr) {
    const Result<lint::Recipe> inputs = lint::parse_recipe(options.inputs);
    if (!inputs) return inputs.error();
    setting.inputs = *inputs;
  }
  if (given.sizes || suite == nullptr) {
    const Result<std::vector<lint::Size>> sizes = lint::parse_sizes(options.sizes);
    if (!sizes) return sizes.error();
    setting.sizes = *sizes;
  }
  if (given.type || suite == nullptr) {
    const std::optional<Type> type = type_of(options.type);
    if (!type) return Error{options.type + " is unknown", "type", "allowed: f32, bf16, f16"};
    setting.type = *type;
  }
  if (given.trials || suite == nullptr) setting.trials = options.trials;
  return setting;
}

// On a terminal a line from the start, gone at the end.
lint::Progress progress_line(bool quiet) {
  if (quiet || isatty(STDERR_FILENO) == 0) return {};
  return [](std::size_t done, std::size_t all) {
    if (done == all) return fmt::print(stderr, "\r\033[K");
    fmt::print(stderr, "\r{} of {} problems", done, all);
  };
}

// The most that one problem of the test takes, and its size.
struct Largest {
  double bytes = 0;
  lint::Size size;
};

Largest largest(const lint::Setting& setting, const std::vector<lint::Subject>& subjects) {
  Largest most;
  for (const lint::Size& size : setting.sizes)
    for (const lint::Subject& subject : subjects)
      if (const double bytes = bytes_needed(lint::posed(setting, subject, size)); bytes > most.bytes) most = {bytes, size};
  return most;
}

Status small_enough(const Largest& most) {
  if (most.bytes <= bytes_max) return ok();
  return Error{fmt::format("{} needs {:.3g} bytes with its truth", lint::text(most.size), most.bytes), "sizes",
               fmt::format("allowed: up to {:.3g}", bytes_max)};
}

Exit exit_of(lint::Conclusion conclusion) {
  switch (conclusion) {
    case lint::Conclusion::passed:
      return Exit::held;
    case lint::Conclusion::failed:
      return Exit::failure;
    case lint::Conclusion::untested:
      return Exit::untested;
  }
  return Exit::failure;
}

int write_matrix(const LintOptions& options) {
  OutputFile file;
  if (const Status opened = file.open(options.matrix); !opened) return complain(opened.error().text());
  lint::MatrixPlan plan;
  plan.seed = options.seed;
  plan.threads = options.threads;
  plan.progress = progress_line(options.quiet);
  if (const Status written = file.finish(lint::matrix_page(plan)); !written) return complain(written.error().text());
  return Exit::held;
}

int lint_test(const LintOptions& options, const Given& given) {
  const Result<lint::Setting> setting = setting_of(options, given);
  if (!setting) return complain(option_of(setting.error()));
  if (const Status fits = small_enough(largest(*setting, lint::other_subjects())); !fits)
    return complain(option_of(fits.error()));
  OutputFile json;
  if (!options.json.empty())
    if (const Status opened = json.open(options.json); !opened) return complain(opened.error().text());
  std::vector<std::string> names;
  for (const properties::readings::Reading& reading : properties::readings::all_readings()) names.emplace_back(reading.id);
  if (const Status status = each_meets("--reading", "reading", options.readings, names); !status)
    return complain(status.error().text());
  std::vector<lint::Subject> subjects = lint::reading_subjects(options.readings, options.seed, options.threads);
  if (options.readings == "*")
    for (lint::Subject& other : lint::other_subjects()) subjects.push_back(std::move(other));
  const Largest most = largest(*setting, subjects);
  if (const Status fits = small_enough(most); !fits) return complain(option_of(fits.error()));
  const int at_once = int(std::clamp(bytes_max / most.bytes, 1.0, double(options.threads)));  // problems, all within the limit
  const lint::Report report = lint::lint(*setting, std::move(subjects), at_once, progress_line(options.quiet));
  fmt::print("{}", lint::words(report));
  if (!options.json.empty())
    if (const Status written = json.finish(lint::json(report, version())); !written) return complain(written.error().text());
  return exit_of(report.conclusion());
}

}  // namespace

void add_lint(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("lint", "Which mistakes would a test with these inputs, sizes and rule let through?");
  auto options = std::make_shared<LintOptions>();
  auto* rule = command->add_option("--rule", options->rule, "When the test accepts, such as 'allclose(1e-2,1e-2)'; see below");
  auto* inputs =
      command->add_option("--inputs", options->inputs,
                          "Of q, keys and values: normal (default), rand, uniform, integers or sparse-integers, with a factor "
                          "as in normal*0.1");
  auto* sizes = command->add_option("--sizes", options->sizes, "QUERIESxKEYS, several with commas (default 113x203,64x512)");
  auto* type = command->add_option("--type", options->type, "f32 (default), bf16 or f16");
  auto* trials =
      command->add_option("--trials", options->trials, "Trials, each with other inputs (default 1)")->check(CLI::Range(1, 100));
  command->add_option("--suite", options->suite, "A known suite's test; options beside it take the place of its own");
  command->add_option("--reading", options->readings, "Only mistakes of this name (*, ? and commas)");
  command->add_option("--seed", options->seed, "Seed of the inputs (default 1)");
  command->add_option("--threads", options->threads, "Threads (default: one a core)")->check(CLI::Range(1, 1024));
  command->add_option("--json", options->json, "Write the report to this file as JSON");
  command->add_option("--matrix", options->matrix, "Judge every known suite instead, and write the page to this file (minutes)")
      ->excludes(rule)
      ->excludes(inputs)
      ->excludes(sizes)
      ->excludes(type)
      ->excludes(trials)
      ->excludes(command->get_option("--suite"))
      ->excludes(command->get_option("--reading"))
      ->excludes(command->get_option("--json"));
  command->add_flag("--quiet", options->quiet, "No progress");
  command->footer(
      "Exit codes: 0 no mistake that can show is let through and no right kernel refused, 1 otherwise, 2 bad usage,\n3 nothing "
      "could be judged.\nRules, "
      "joined by 'and':\n" +
      lint::rule_forms());
  command->callback([=, &exit] {
    const Given given{rule->count() > 0, inputs->count() > 0, sizes->count() > 0, type->count() > 0, trials->count() > 0};
    exit = options->matrix.empty() ? lint_test(*options, given) : write_matrix(*options);
  });
}

}  // namespace boresight::cli
