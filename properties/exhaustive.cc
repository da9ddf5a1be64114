#include "properties/exhaustive.h"

#include <algorithm>
#include <thread>
#include <tuple>

#include "properties/exhaustive/judge.h"

namespace boresight::properties::exhaustive {
namespace {

constexpr std::int64_t round_calls = 64;  // between two looks at the stop flag

std::int64_t number_of(Shard shard, std::int64_t k) { return shard.index - 1 + k * shard.count; }

class Exhaustion {
 public:
  explicit Exhaustion(const Plan& plan)
      : plan_(plan), layouts_(layouts_up_to(plan.bound)), judges_(std::size_t(std::max(1, plan.threads))) {
    report_.bound = plan.bound;
    report_.shard = plan.shard;
    report_.layouts_of_all_shards = layout_count(plan.bound);
    report_.state = plan.from;
    for (const Kernel& kernel : plan.kernels) {
      if (!kernel.unavailable.empty()) {
        report_.unavailable.push_back({kernel.name, kernel.instruction_set, kernel.unavailable});
        continue;
      }
      kernels_.push_back(&kernel);
      report_.kernels.push_back(kernel.name);
      report_.state.tallies[kernel.name];
    }
  }

  Report run() {
    const std::int64_t calls = call_count(plan_.bound, plan_.shard);
    while (report_.state.calls < calls && !report_.interrupted && !all_stopped()) {
      judge_round(std::min(calls - report_.state.calls, round_calls));
      if (plan_.progress) plan_.progress(report_.state);
      report_.interrupted = plan_.stop != nullptr && plan_.stop->load() && report_.state.calls < calls;
    }
    explain();
    return std::move(report_);
  }

 private:
  Tally& tally(const Kernel& kernel) { return report_.state.tallies[kernel.name]; }
  bool all_stopped() {
    return std::ranges::all_of(kernels_, [&](const Kernel* kernel) { return tally(*kernel).stopped(); });
  }

  // Judges the next calls on all threads, then merges in order: the report does not depend on who was faster.
  void judge_round(std::int64_t count) {
    std::vector<bool> judged;
    for (const Kernel* kernel : kernels_) judged.push_back(!tally(*kernel).stopped());
    std::vector<Judged> outcomes(std::size_t(count) * kernels_.size());
    std::atomic<std::int64_t> next{0};
    const auto work = [&](Judge& judge) {
      for (std::int64_t k = next++; k < count; k = next++)
        judge.judge(layouts_of(report_.state.calls + k), kernels_, judged, &outcomes[std::size_t(k) * kernels_.size()]);
    };
    {
      std::vector<std::jthread> workers;
      for (std::size_t t = 1; t < judges_.size(); ++t) workers.emplace_back([&, t] { work(judges_[t]); });
      work(judges_[0]);
    }
    for (std::int64_t k = 0; k < count; ++k) merge(&outcomes[std::size_t(k) * kernels_.size()]);
  }

  const Layouts& layouts_of(std::int64_t call) const { return layouts_[std::size_t(number_of(plan_.shard, call))]; }

  void merge(const Judged* outcomes) {
    State& state = report_.state;
    const std::int64_t count = layouts_of(state.calls).count();
    for (std::size_t k = 0; k < kernels_.size(); ++k) {
      Tally& sum = tally(*kernels_[k]);
      if (sum.stopped()) continue;
      const Judged& outcome = outcomes[k];
      sum.layouts += std::min(count, outcome.runs);  // fewer runs than layouts: calls with masks were refused
      sum.failed += outcome.failed;
      sum.runs += outcome.runs;
      sum.largest = std::max(sum.largest, outcome.largest);
      for (const auto& [reason, runs] : outcome.skipped) sum.skipped[reason] += runs;
      if (!outcome.finding || found_at_these_sizes(kernels_[k]->name, *outcome.finding)) continue;
      ++sum.findings;
      state.found.push_back({kernels_[k]->name, number_of(plan_.shard, state.calls), *outcome.finding});
    }
    state.layouts += count;
    ++state.calls;
  }

  // One finding is told of all layouts that have the same sizes: they stand one after another.
  bool found_at_these_sizes(const std::string& kernel, const Case& finding) const {
    const auto sizes = [](const Problem& p) { return std::tuple(p.mem_kv, p.memories, p.segment, p.queries); };
    return std::ranges::any_of(report_.state.found, [&](const Found& one) {
      return one.kernel == kernel && sizes(one.smallest.problem) == sizes(finding.problem);
    });
  }

  void explain() {
    for (const Found& found : report_.state.found) {
      const auto named = [&](const Kernel* kernel) { return kernel->name == found.kernel; };
      const Kernel& kernel = **std::ranges::find_if(kernels_, named);
      Finding& finding = report_.findings.emplace_back();
      finding.kernel = found.kernel;
      finding.law = found.smallest.law;
      finding.drawn = finding.smallest = found.smallest;
      finding.verdict = find_law(finding.law)->judge(found.smallest, kernel);
      if (finding.verdict.outcome != Outcome::failed)
        finding.verdict = failed("failed in its place among the other calls; run again by itself it does not");
      finding.diagnosis = diagnose(found.smallest, kernel);
    }
  }

  const Plan& plan_;
  std::vector<Layouts> layouts_;
  std::vector<const Kernel*> kernels_;  // the available ones
  std::vector<Judge> judges_;           // one a thread
  Report report_;
};

}  // namespace

std::int64_t layout_count(std::int64_t bound, Shard shard) {
  const std::vector<Layouts> all = layouts_up_to(bound);
  std::int64_t sum = 0;
  for (std::int64_t k = shard.index - 1; k < std::int64_t(all.size()); k += shard.count) sum += all[std::size_t(k)].count();
  return sum;
}

std::int64_t call_count(std::int64_t bound, Shard shard) {
  const std::int64_t calls = std::int64_t(layouts_up_to(bound).size());
  return calls / shard.count + (calls % shard.count >= shard.index ? 1 : 0);
}

Report run(const Plan& plan) { return Exhaustion(plan).run(); }

}  // namespace boresight::properties::exhaustive
