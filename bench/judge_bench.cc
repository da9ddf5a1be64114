// The judge in cases a second: one yardstick case through each of its steps, and through all of them.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/call.h"
#include "properties/compare.h"
#include "properties/laws/law.h"
#include "reference/error_bound.h"

namespace boresight::properties {
namespace {

constexpr const char* yardstick = "bs1 b1 h2 d16 n8 s16 M6 P2 causal alibi f32";

// The case with everything computed once, so that each step can be timed alone.
struct Steps {
  Case a_case = *parse_token(yardstick);
  Inputs inputs = make_inputs(a_case);
  Call call{a_case.problem, inputs.tensors};
  const Kernel& kernel = registered_kernels().front();
  Arithmetic arithmetic = kernel.arithmetic(call.problem, {});
  Certified certified;
  Results results = run(kernel, call, {}, Layout::bhnd);

  Steps() {
    reference::attend(call.problem, call.tensors, certified.truth);
    reference::error_bound(call.problem, call.tensors, certified.truth, arithmetic, certified.bound);
    if (compare(results, certified).outcome != Outcome::passed) std::abort();  // a wrong answer is never timed
  }
};

void rate(benchmark::State& state) {
  state.counters["cases/s"] = benchmark::Counter(double(state.iterations()), benchmark::Counter::kIsRate);
}

void judge_whole(benchmark::State& state) {
  const Steps steps;
  const Law& agreement = laws().front();
  for (auto _ : state) benchmark::DoNotOptimize(agreement.judge(steps.a_case, steps.kernel));
  rate(state);
}
BENCHMARK(judge_whole)->Name("judge/agrees_with_reference");

void judge_inputs(benchmark::State& state) {
  const Steps steps;
  for (auto _ : state) benchmark::DoNotOptimize(make_inputs(steps.a_case));
  rate(state);
}
BENCHMARK(judge_inputs)->Name("judge/step/inputs");

void judge_reference(benchmark::State& state) {
  Steps steps;
  for (auto _ : state) reference::attend(steps.call.problem, steps.call.tensors, steps.certified.truth);
  rate(state);
}
BENCHMARK(judge_reference)->Name("judge/step/reference");

void judge_bound(benchmark::State& state) {
  Steps steps;
  for (auto _ : state)
    reference::error_bound(steps.call.problem, steps.call.tensors, steps.certified.truth, steps.arithmetic,
                           steps.certified.bound);
  rate(state);
}
BENCHMARK(judge_bound)->Name("judge/step/bound");

void judge_kernel(benchmark::State& state) {
  const Steps steps;
  for (auto _ : state) benchmark::DoNotOptimize(run(steps.kernel, steps.call, {}, Layout::bhnd));
  rate(state);
}
BENCHMARK(judge_kernel)->Name("judge/step/kernel");

void judge_comparison(benchmark::State& state) {
  const Steps steps;
  for (auto _ : state) benchmark::DoNotOptimize(compare(steps.results, steps.certified));
  rate(state);
}
BENCHMARK(judge_comparison)->Name("judge/step/comparison");

}  // namespace
}  // namespace boresight::properties

BENCHMARK_MAIN();
