// A fuzzer for compilers without libFuzzer, by the same bodies and moves: judges texts, files and folders; with --runs or
// --seconds goes on from them with mutations, by a seed and without knowing coverage. Exit code 1 where something was found, 2
// where it was called wrongly.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <unistd.h>

#include "fuzz/engine.h"
#include "fuzz/target.h"
#include "properties/draw/counted.h"

namespace boresight::fuzz {
namespace {

// The input that is judged and its number from 1, for when a signal is the finding.
std::string current;
std::int64_t current_number = 0;

void tell(std::string_view text) { [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size()); }

extern "C" void on_signal(int signal) {
  std::array<char, 24> digits{};
  std::size_t first = digits.size();
  for (std::int64_t left = current_number; left > 0; left /= 10) digits[--first] = char('0' + left % 10);
  tell("\nDIED at input ");
  tell({digits.data() + first, digits.size() - first});
  tell(": ");
  tell(current);
  tell("\n");
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// The input is judged; true where nothing was found.
bool held(const Target& target, std::string input) {
  current = std::move(input);
  ++current_number;
  const std::string finding = target.judge(current, kernels_for(current));
  if (!finding.empty()) fmt::print(stderr, "\n{}\nFOUND at input {}: {}\n", finding, current_number, current);
  return finding.empty();
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error(fmt::format("{} can't be read", path.string()));
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> inputs_at(const std::vector<std::string>& places) {
  std::vector<std::filesystem::path> files;
  for (const std::string& place : places) {
    if (!std::filesystem::is_directory(place)) {
      files.emplace_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(place))
      if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const auto& file : files) inputs.push_back(contents(file));
  return inputs;
}

struct Plan {
  std::int64_t runs = 0;
  double seconds = 0;
  std::uint64_t seed = 1;
};

// Mutations of the pool, which they join in place of others now and then. Returns how many were judged; negative: found.
std::int64_t hunt(const Target& target, std::vector<std::string> pool, const Plan& plan) {
  properties::CountedChoices choices(plan.seed);
  if (pool.empty()) pool.emplace_back();
  const auto start = std::chrono::steady_clock::now();
  const auto over = [&](std::int64_t run) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    return (plan.runs > 0 && run >= plan.runs) || (plan.seconds > 0 && passed.count() >= plan.seconds);
  };
  std::int64_t run = 0;
  for (; !over(run); ++run) {
    const std::string& from = pool[std::size_t(choices.pick(pool.size()))];
    const std::string& mate = pool[std::size_t(choices.pick(pool.size()))];
    std::string next = choices.chance(1, 8) ? target.cross(from, mate, choices) : target.mutate(from, choices);
    if (!held(target, next)) return -run - 1;
    if (choices.chance(1, 4)) pool[std::size_t(choices.pick(pool.size()))] = std::move(next);
  }
  return run;
}

int judge_and_hunt(const Target& target, const std::vector<std::string>& inputs, const Plan& plan) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) std::signal(signal, on_signal);
  for (const std::string& input : inputs)
    if (!held(target, input)) return 1;
  fmt::print("{}: {} inputs, nothing found\n", target.name, inputs.size());
  if (plan.runs == 0 && plan.seconds == 0) return 0;
  const std::int64_t judged = hunt(target, inputs, plan);
  fmt::print("{}: {} mutations by seed {}, {}\n", target.name, std::abs(judged), plan.seed,
             judged < 0 ? "FOUND" : "nothing found");
  return judged < 0 ? 1 : 0;
}

int complain(std::string_view what) {
  fmt::print(stderr, "{}: {}\n", engine_target, what);
  return 2;
}

int run(int count, char** words) {
  const Target& target = *find_target(engine_target);
  CLI::App app(fmt::format("{}: {}", target.name, target.held_to));
  std::vector<std::string> places, texts;
  Plan plan;
  app.add_option("input", places, "Files, and folders of files, to judge")->check(CLI::ExistingPath);
  app.add_option("--text", texts, "An input itself, as a finding prints it")->allow_extra_args(false);
  app.add_option("--runs", plan.runs, "So many mutations of the inputs")->check(CLI::NonNegativeNumber);
  app.add_option("--seconds", plan.seconds, "Mutations for so long")->check(CLI::NonNegativeNumber);
  const auto* const seed = app.add_option("--seed", plan.seed, "Of the mutations (1)");
  CLI11_PARSE(app, count, words);
  const bool hunts = plan.runs > 0 || plan.seconds > 0;
  if (places.empty() && texts.empty() && !hunts)
    return complain("no inputs; give files, folders or --text, or --runs or --seconds");
  if (*seed && !hunts) return complain("--seed is of mutations; it needs --runs or --seconds");
  try {
    std::vector<std::string> inputs = inputs_at(places);
    inputs.insert(inputs.end(), texts.begin(), texts.end());
    return judge_and_hunt(target, inputs, plan);
  } catch (const std::runtime_error& error) {  // of reading files alone: what a kernel throws is judged
    return complain(error.what());
  }
}

}  // namespace
}  // namespace boresight::fuzz

// What a sanitizer finds ends in a signal, so that the input is told.
extern "C" const char* __msan_default_options() { return "abort_on_error=1"; }
extern "C" const char* __asan_default_options() { return "abort_on_error=1"; }

int main(int count, char** words) { return boresight::fuzz::run(count, words); }
