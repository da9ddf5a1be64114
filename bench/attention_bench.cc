// Attention, verified and then timed. Each kernel is held to agreement with the reference within its certified bound on the
// very case that is timed; one that is not is refused, and fails the run. Names are attention/KERNEL/SHAPE/ENCODING/P.
// Takes the flags of Google Benchmark, and --threads N for the kernels' own threads (1).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <string_view>

#include "bench/attention_cases.h"
#include "problem/registry.h"
#include "properties/prepared.h"
#include "properties/laws/law.h"
#include "reference/attention.h"

namespace boresight::bench {
namespace {

int refused = 0;

// Inputs are made once a case: repetitions come back to it, in random order.
const properties::Prepared& prepared(const AttentionCase& timed) {
  static std::map<std::string, std::unique_ptr<properties::Prepared>> made;
  std::unique_ptr<properties::Prepared>& entry = made[timed.name];
  if (!entry) entry = std::make_unique<properties::Prepared>(properties::prepare(timed.the_case));
  return *entry;
}

// The verdict of agreement, reached once for each kernel and case.
const properties::Verdict& agreement(const AttentionCase& timed, const Kernel& kernel, const Options& options) {
  static std::map<std::pair<std::string, std::string>, properties::Verdict> reached;
  const auto [entry, is_new] = reached.try_emplace({timed.name, kernel.name});
  if (is_new) {
    Case judged = timed.the_case;
    judged.options = options;
    entry->second = properties::find_law("agrees_with_reference")->judge(judged, kernel);
    refused += entry->second.outcome != properties::Outcome::passed;
  }
  return entry->second;
}

// Once for the caches and the pages, then by the clock.
template <class Run>
void time(benchmark::State& state, const Problem& problem, Run run) {
  run();
  for (auto _ : state) {
    run();
    benchmark::ClobberMemory();
  }
  const auto rate = [&](const char* name, double each) {
    state.counters[name] = benchmark::Counter(each, benchmark::Counter::kIsIterationInvariantRate);
  };
  if (problem.queries > 1)
    rate("FLOP/s", flops(problem));
  else
    rate("bytes/s", bytes_read(problem));
  rate("tokens/s", double(problem.batch * problem.queries));
}

void time_kernel(benchmark::State& state, const AttentionCase& timed, const Kernel& kernel, const Options& options) {
  const properties::Verdict& verdict = agreement(timed, kernel, options);
  if (verdict.outcome != properties::Outcome::passed) return state.SkipWithError(("refused: it " + verdict.why).c_str());
  const properties::Call& call = prepared(timed).call;
  properties::Outputs outputs(call.problem, timed.the_case.layout);
  Tensors tensors = call.tensors;
  tensors.out = outputs.out();
  tensors.lse = outputs.lse();
  tensors.lse.rank = 3;
  time(state, call.problem, [&] { kernel.run(call.problem, tensors, options); });
  state.SetLabel(kernel.name);
  state.counters["error/bound"] = verdict.largest;
}

void time_reference(benchmark::State& state, const AttentionCase& timed) {
  const properties::Call& call = prepared(timed).call;
  reference::Attention truth;
  time(state, call.problem, [&] { reference::attend(call.problem, call.tensors, truth); });
  state.SetLabel("reference");
}

std::string family(const Kernel& kernel) { return kernel.name.substr(0, kernel.name.find('@')); }

// Of each kernel the best row that can run here, which is the last: a table goes from the oldest instruction set up.
std::vector<const Kernel*> contestants() {
  std::vector<const Kernel*> best;
  for (const Kernel& kernel : registered_kernels()) {
    if (!kernel.unavailable.empty()) continue;
    const auto same = std::find_if(best.begin(), best.end(), [&](const Kernel* k) { return family(*k) == family(kernel); });
    if (same == best.end())
      best.push_back(&kernel);
    else
      *same = &kernel;
  }
  return best;
}

void register_all(const Options& options) {
  for (const AttentionCase& timed : attention_cases()) {
    benchmark::RegisterBenchmark(("attention/reference/" + timed.name).c_str(),
                                 [&timed](benchmark::State& state) { time_reference(state, timed); });
    for (const Kernel* kernel : contestants()) {
      if (!kernel->unsupported(timed.the_case.problem, {}).empty()) continue;
      std::string name = family(*kernel);
      std::replace(name.begin(), name.end(), '/', '_');
      auto* row = benchmark::RegisterBenchmark(
          fmt::format("attention/{}/{}", name, timed.name).c_str(),
          [&timed, kernel, options](benchmark::State& state) { time_kernel(state, timed, *kernel, options); });
      // One thread is timed by its own clock, which stands still while a neighbour has the processor.
      if (options.threads > 1) row->UseRealTime();
    }
  }
}

// Takes --threads N or --threads=N out of the arguments. 0: it was there and not a number from 1 to 1024.
int take_threads(int& argc, char** argv) {
  for (int at = 1; at < argc; ++at) {
    std::string_view value = argv[at];
    if (!value.starts_with("--threads")) continue;
    value.remove_prefix(std::string_view("--threads").size());
    const int words = value.empty() ? 2 : 1;
    if (words == 2)
      value = at + 1 < argc ? argv[at + 1] : "";
    else
      value.remove_prefix(1);
    int threads = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), threads);
    if (error != std::errc() || end != value.data() + value.size() || threads < 1 || threads > 1024) return 0;
    std::copy(argv + std::min(at + words, argc), argv + argc, argv + at);
    argc -= words;
    return threads;
  }
  return 1;
}

int run(int argc, char** argv) {
  Options options;
  options.threads = take_threads(argc, argv);
  if (options.threads == 0) {
    fmt::print(stderr, "attention_bench: --threads: give a number from 1 to 1024\n");
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("kernel_threads", std::to_string(options.threads));
  register_all(options);
  if (benchmark::RunSpecifiedBenchmarks() == 0) return 3;
  if (refused > 0) fmt::print(stderr, "attention_bench: {} refused: not within the bound, and so not timed\n", refused);
  return refused > 0 ? 1 : 0;
}

}  // namespace
}  // namespace boresight::bench

int main(int argc, char** argv) { return boresight::bench::run(argc, argv); }
