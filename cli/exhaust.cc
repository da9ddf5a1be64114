// boresight exhaust: kernels on every layout up to a bound, in parts, and on from where an earlier run was interrupted.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/library.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/version.h"
#include "problem/emulated.h"
#include "properties/exhaustive.h"
#include "properties/exhaustive/layouts.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::cli {
namespace {

namespace exhaustive = properties::exhaustive;

struct ExhaustOptions {
  std::shared_ptr<LibraryOptions> library;
  std::int64_t bound = 3;
  std::string kernels = "*", shard = "1/1", state, json;
  int threads = int(std::max(1u, std::thread::hardware_concurrency()));
  bool quiet = false;
};

constexpr double seconds_between_states = 10;

std::string build() { return fmt::format("{} {} {}", version(), commit(), compiler()); }

// The state file of --resume: read once, and written now and then.
class StateFile {
 public:
  explicit StateFile(std::string path) : path_(std::move(path)) {}

  Status read(exhaustive::Plan& plan) const {
    if (path_.empty() || !std::filesystem::exists(path_)) return ok();
    if (std::filesystem::is_directory(path_)) return Error{"a directory", path_, "give a file"};
    std::ifstream stream(path_, std::ios::binary);
    if (!stream) return Error{"can't be read", path_, std::strerror(errno)};
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    Result<exhaustive::State> state = exhaustive::parse_state(text, plan, build());
    if (!state) return Error{state.error().what, path_, state.error().right};
    plan.from = std::move(*state);
    return ok();
  }

  Status write(const exhaustive::State& state, const exhaustive::Plan& plan) const {
    if (path_.empty()) return ok();
    OutputFile file;
    if (Status opened = file.open(path_); !opened) return opened;
    return file.finish(exhaustive::state_text(state, plan, build()));
  }

 private:
  std::string path_;
};

int exit_code(const exhaustive::Report& report) {
  std::fflush(stdout);  // so that a log of both streams has them in order
  if (report.interrupted) return Exit::interrupted;
  if (!report.findings.empty()) return Exit::failure;
  bool all = !report.kernels.empty();
  for (const std::string& kernel : report.kernels) {
    if (report.state.tallies.at(kernel).layouts > 0) continue;
    fmt::print(stderr, "boresight: {} was not judged on any layout\n", kernel);
    all = false;
  }
  return all ? Exit::held : Exit::untested;
}

void say_how_to_go_on(const ExhaustOptions& options) {
  if (options.state.empty())
    fmt::print(stderr, "boresight: interrupted, and nothing is kept: --resume FILE keeps a state to go on from\n");
  else
    fmt::print(stderr, "boresight: interrupted; the same command goes on from {}\n", options.state);
}

int exhaust(const ExhaustOptions& options) {
  exhaustive::Plan plan;
  const Result<std::vector<Kernel>> there = kernels_of(*options.library);
  if (!there) return complain(there.error().text());
  Result<std::vector<Kernel>> kernels = choose_kernels("--kernel", options.kernels, *there);
  if (!kernels) return complain(kernels.error().text());
  // Layouts are many, and emulated kernels slow: they are gone through where they are asked for.
  const auto left_out = [&](const Kernel& kernel) {
    return options.kernels == "*" && is_emulated(kernel) && kernel.unavailable.empty();
  };
  if (const auto count = std::ranges::count_if(*kernels, left_out); count > 0)
    fmt::print(stderr, "boresight: {} emulated kernel(s) left out; --kernel 'cuda/*' judges them\n", count);
  std::erase_if(*kernels, left_out);
  plan.kernels = std::move(*kernels);
  const Result<properties::Shard> shard = choose_shard(options.shard);
  if (!shard) return complain(shard.error().text());
  plan.bound = options.bound;
  plan.shard = *shard;
  plan.threads = options.threads;
  plan.stop = &stop_on_signals();
  const StateFile state(options.state);
  if (const Status read = state.read(plan); !read) return complain("--resume " + read.error().text());
  if (const Status written = state.write(plan.from, plan); !written) return complain("--resume " + written.error().text());
  OutputFile json;
  if (!options.json.empty())
    if (const Status opened = json.open(options.json); !opened) return complain(opened.error().text());

  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const std::int64_t before = plan.from.layouts;
  ProgressLine progress(exhaustive::layout_count(plan.bound, plan.shard) - before, 1, options.quiet, "layouts");
  double written_at = 0, seconds = 0;
  Status kept = ok();
  plan.progress = [&](const exhaustive::State& now) {
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
    progress.show(now.layouts - before, seconds);
    if (!kept || seconds - written_at < seconds_between_states) return;
    written_at = seconds;
    kept = state.write(now, plan);
  };
  const exhaustive::Report report = exhaustive::run(plan);
  progress.clear();

  if (kept) kept = state.write(report.state, plan);
  if (!options.quiet && seconds > 0)
    fmt::print(stderr, "{:.0f} layouts a second on {} thread(s)\n", double(report.state.layouts - before) / seconds,
               plan.threads);
  std::string filters = options.kernels == "*" ? "" : fmt::format(" --kernel '{}'", options.kernels);
  if (report.interrupted && !options.state.empty()) filters += fmt::format(" --resume '{}'", options.state);
  filters += behind(*options.library);
  const properties::Rerun rerun{program(), behind(*options.library)};
  if (!options.quiet)
    fmt::print("{}", exhaustive::words(report, rerun, filters));
  else
    for (const properties::Finding& finding : report.findings) fmt::print("{}\n", properties::words(finding, rerun));
  if (!options.json.empty())
    if (const Status written = json.finish(exhaustive::json(report, version())); !written)
      return complain(written.error().text());
  if (!kept) return complain("--resume " + kept.error().text());
  const int code = exit_code(report);
  if (report.interrupted) say_how_to_go_on(options);
  return code;
}

}  // namespace

void add_exhaust(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("exhaust", "Judge kernels on every layout up to a bound");
  auto options = std::make_shared<ExhaustOptions>();
  command->add_option("--bound", options->bound, "Largest number of persistent columns, memories, keys and queries (default 3)")
      ->check(CLI::Range(std::int64_t{0}, exhaustive::bound_max));
  command->add_option("--kernel", options->kernels, "Only kernels of this name (*, ? and commas)");
  command->add_option("--shard", options->shard, "K/N: judge the K-th of N parts of the layouts");
  command->add_option("--threads", options->threads, "Threads (default: one a core)")->check(CLI::Range(1, 1024));
  command->add_option("--resume", options->state, "Keep the state of the run in this file, and go on from what it holds");
  command->add_option("--json", options->json, "Write the report to this file as JSON");
  command->add_flag("--quiet", options->quiet, "Print findings only");
  options->library = add_library_options(*command);
  command->callback([options, &exit] { exit = exhaust(*options); });
}

}  // namespace boresight::cli
