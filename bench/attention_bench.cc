// Attention, verified and then timed, each row beside the machine's limits that it is told as a fraction of.
// A kernel that is not within its certified bound on the call that is timed is refused, and fails the run. Names are
// attention/KERNEL/SERIES/SHAPE/MODE/TYPE/tTHREADS. Takes the flags of Google Benchmark and those of settings.h.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "bench/attention_cases.h"
#include "bench/machine.h"
#include "bench/settings.h"
#include "bench/verified.h"
#include "bench/work.h"
#include "problem/registry.h"
#include "properties/prepared.h"
#include "reference/attention.h"

namespace boresight::bench {
namespace {

int refused = 0;

// The inputs of the row that is timed now. Made anew where another row was timed in between, as with repetitions in random order:
// where memory lies is chance, and part of what repetitions show.
const properties::Prepared& prepared(const AttentionCase& timed) {
  static std::string held;
  static std::unique_ptr<properties::Prepared> inputs;
  if (held != timed.name) {
    inputs.reset();
    inputs = std::make_unique<properties::Prepared>(properties::prepare(timed.the_case));
    held = timed.name;
  }
  return *inputs;
}

// Reached once for each kernel, case and number of threads.
const Agreement& agreement(const AttentionCase& timed, const Kernel& kernel, const Options& options) {
  static std::map<std::string, Agreement> reached;
  const auto [entry, is_new] = reached.try_emplace(fmt::format("{} {} {}", kernel.name, timed.name, options.threads));
  if (is_new) {
    entry->second = judged(timed.name, prepared(timed).call, timed.the_case.layout, kernel, options);
    refused += !entry->second.refused.empty();
  }
  return entry->second;
}

// Threads of limits, kept between rows.
Team& team(int threads) {
  static std::map<int, std::unique_ptr<Team>> teams;
  std::unique_ptr<Team>& entry = teams[threads];
  if (!entry) entry = std::make_unique<Team>(threads);
  return *entry;
}

// Google Benchmark's one iteration is all samples, and its time their median.
template <class Run>
void time(benchmark::State& state, const Problem& problem, int threads, const std::vector<Bound>& bounds, double seconds,
          Run run) {
  Sampled sampled;
  for (auto _ : state) {
    sampled = sample(team(threads), bounds, seconds, run);
    state.SetIterationTime(sampled.seconds);
  }
  for (std::size_t k = 0; k < sampled.fractions.size(); ++k) state.counters["of " + bounds[k].limit.name] = sampled.fractions[k];
  state.counters["FLOP/s"] = flops(problem) / sampled.seconds;
  state.counters["bytes/s"] = bytes_read(problem) / sampled.seconds;
  state.counters["scores"] = scores(problem);
  state.counters["samples"] = sampled.samples;
  state.counters["kept"] = sampled.kept;
  state.counters["spread"] = sampled.spread;
}

void time_kernel(benchmark::State& state, const AttentionCase& timed, const Kernel& kernel, const Options& options,
                 double seconds) {
  const Agreement& agreed = agreement(timed, kernel, options);
  if (!agreed.refused.empty()) return state.SkipWithError(("refused: it " + agreed.refused).c_str());
  const properties::Call& call = prepared(timed).call;
  properties::Outputs outputs(call.problem, timed.the_case.layout, !kernel.without_lse);
  Tensors tensors = call.tensors;
  tensors.out = outputs.out();
  tensors.lse = outputs.lse();
  if (tensors.lse) tensors.lse.rank = 3;
  time(state, call.problem, options.threads, bounds(call.problem, tensors, kernel, options.threads), seconds,
       [&] { kernel.run(call.problem, tensors, options); });
  state.SetLabel(kernel.name);
  state.counters["error/bound"] = agreed.largest;
  state.counters["verified"] = agreed.rows_seen;
}

void time_reference(benchmark::State& state, const AttentionCase& timed, double seconds) {
  const properties::Call& call = prepared(timed).call;
  reference::Attention truth;
  time(state, call.problem, 1, {}, seconds, [&] { reference::attend(call.problem, call.tensors, truth); });
  state.SetLabel("reference");
}

std::string family(const Kernel& kernel) { return kernel.name.substr(0, kernel.name.find('@')); }

// Of a family the best row that can run here and takes the case, which is the last: a table goes from the oldest instruction set
// up. Null: none.
const Kernel* contestant(const std::string& of, const AttentionCase& timed, const std::string& instruction_set) {
  const Kernel* best = nullptr;
  for (const Kernel& kernel : registered_kernels()) {
    if (family(kernel) != of || !kernel.unavailable.empty()) continue;
    if (!instruction_set.empty() && kernel.instruction_set != instruction_set && kernel.instruction_set != "any") continue;
    if (kernel.unsupported(timed.the_case.problem, {}).empty()) best = &kernel;
  }
  return best;
}

template <class Time>
void register_row(const std::string& kernel, const AttentionCase& timed, int threads, Time time) {
  std::string name = kernel;
  std::replace(name.begin(), name.end(), '/', '_');
  benchmark::RegisterBenchmark(fmt::format("attention/{}/{}/t{}", name, timed.name, threads).c_str(), time)
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

void register_all(const Settings& settings) {
  for (const AttentionCase& timed : attention_cases())
    for (const std::string& of : timed.kernels) {
      if (of == "reference") {
        register_row(of, timed, 1, [&](benchmark::State& state) { time_reference(state, timed, settings.seconds); });
        continue;
      }
      const Kernel* const kernel = contestant(of, timed, settings.instruction_set);
      if (kernel == nullptr) continue;
      for (const int threads : settings.threads) {
        Options options;
        options.threads = threads;
        register_row(of, timed, threads, [&timed, &settings, kernel, options](benchmark::State& state) {
          time_kernel(state, timed, *kernel, options, settings.seconds);
        });
      }
    }
}

// What the rows belong to: the instruction set that was asked for, and the limits of the machine.
void tell_context(const Settings& settings) {
  benchmark::AddCustomContext("best set", instruction_sets().front());
  if (!settings.instruction_set.empty()) benchmark::AddCustomContext("set", settings.instruction_set);
  for (const int threads : settings.threads)
    for (const MeasuredLimit& limit : measure_limits(team(threads)))
      benchmark::AddCustomContext(fmt::format("limit/{}/t{}", limit.name, threads), limit.told);
}

int run(int argc, char** argv) {
  const Result<Settings> settings = take_settings(argc, argv);
  if (!settings) {
    fmt::print(stderr, "attention_bench: {}\n", settings.error().text());
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_all(*settings);
  tell_context(*settings);
  if (benchmark::RunSpecifiedBenchmarks() == 0) return 3;
  if (refused > 0) fmt::print(stderr, "attention_bench: {} refused: not within the bound, and so not timed\n", refused);
  return refused > 0 ? 1 : 0;
}

}  // namespace
}  // namespace boresight::bench

int main(int argc, char** argv) { return boresight::bench::run(argc, argv); }
