#include "properties/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <mutex>
#include <thread>

#include "problem/emulated.h"
#include "problem/token.h"
#include "properties/documented.h"
#include "properties/fitted.h"
#include "properties/laws/trial.h"
#include "properties/readings/power.h"
#include "properties/shrink.h"
#include "properties/steering.h"

namespace boresight::properties {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t round_cases_fail_fast = 16;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void add(Evidence& evidence, const Verdict& verdict) {
  switch (verdict.outcome) {
    case Outcome::passed:
      ++evidence.passed;
      break;
    case Outcome::failed:
      ++evidence.failed;
      break;
    case Outcome::skipped:
      ++evidence.skipped;
      break;
    case Outcome::mistrusted:
      ++evidence.mistrusted;
      break;
  }
  if (verdict.outcome == Outcome::skipped || verdict.outcome == Outcome::mistrusted) ++evidence.reasons[kind_of(verdict.why)];
  if (verdict.outcome != Outcome::failed) evidence.largest = std::max(evidence.largest, verdict.largest);
  if (verdict.outcome == Outcome::passed || verdict.outcome == Outcome::mistrusted)
    ++evidence.histogram[histogram_bin(verdict.largest)];
}

// In which cases each kernel took all its time. Cases are judged about in order and on all threads; a kernel is given up after
// the first few by number, so that it does not matter who was faster.
class Hangs {
 public:
  explicit Hangs(std::size_t kernels) : numbers_(kernels) {}
  void add(std::size_t kernel, std::int64_t number) {
    const std::lock_guard lock(mutex_);
    numbers_[kernel].push_back(number);
  }
  // Whether enough came before this case. What is not known yet can only make it more.
  bool given_up_before(std::size_t kernel, std::int64_t number) const {
    const std::lock_guard lock(mutex_);
    const std::vector<std::int64_t>& hung = numbers_[kernel];
    const auto before = std::count_if(hung.begin(), hung.end(), [&](std::int64_t one) { return one < number; });
    return std::size_t(before) >= hangs_enough;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::vector<std::int64_t>> numbers_;  // [kernel]
};

using Readings = std::vector<const readings::Reading*>;

// Of these readings, those that the case could have told, on a kernel that takes it.
Readings told(const Readings& of, const Case& a_case, const Kernel& kernel) {
  Trial trial(agreement_name, a_case, kernel);
  const Certificate certificate = trial.certify(trial.call());
  if (!trial.going()) return {};
  return readings::told(of, trial.call(), kernel.arithmetic(a_case.problem, a_case.options), certificate,
                        readings::seen_of(kernel));
}

// So that every kernel has some evidence under every law in a short run too.
constexpr std::int64_t rounds_of_all = 8;

class Campaign {
 public:
  explicit Campaign(const Plan& plan) : plan_(plan), start_(Clock::now()), hangs_(plan.kernels.size()), further_(plan.seed) {
    report_.seed = plan.seed;
    report_.filters = plan.filters;
    report_.shard = plan.shard;
    for (const Law& law : plan.laws) report_.laws.emplace_back(law.name);
    for (const Kernel& kernel : plan.kernels) {
      if (kernel.unavailable.empty())
        kernels_.push_back(&kernel);
      else
        report_.unavailable.push_back({kernel.name, kernel.instruction_set, kernel.unavailable});
    }
    all_emulated_ = std::ranges::all_of(kernels_, [](const Kernel* kernel) { return is_emulated(*kernel); });
    for (const Kernel* kernel : kernels_)
      for (const Law& law : plan.laws) report_.evidence[kernel->name][std::string(law.name)];
    found_.assign(kernels_.size() * plan.laws.size(), false);
    const auto is_agreement = [](const Law& law) { return law.name == agreement_name; };
    if (kernels_.empty() || std::none_of(plan.laws.begin(), plan.laws.end(), is_agreement)) return;
    report_.power = Power{kernels_.front()->name, {}};
    for (const readings::Reading& reading : readings::all_readings()) report_.power->cases[reading.id] = 0;
  }

  Report run() {
    while (!kernels_.empty() && !plan_.laws.empty() && !finished()) {
      const std::int64_t most = plan_.fail_fast ? round_cases_fail_fast : plan_.round;
      judge_round(plan_.cases > 0 ? std::min(own_cases() - report_.share, most) : most);
      if (plan_.progress) plan_.progress({report_.share, seconds_since(start_)});
    }
    const bool all = plan_.cases > 0 && report_.share == own_cases();
    report_.cases = all ? plan_.cases : report_.share > 0 ? number_of(report_.share - 1) : 0;
    report_.seconds = seconds_since(start_);
    for (Finding& finding : report_.findings) explain(finding);
    return std::move(report_);
  }

 private:
  bool finished() {
    if (plan_.stop != nullptr && plan_.stop->load()) return report_.interrupted = true;
    if (plan_.fail_fast && !report_.findings.empty()) return true;
    if (plan_.cases > 0) return report_.share >= own_cases();
    if (report_.given_up.size() == kernels_.size()) return true;
    return seconds_since(start_) >= plan_.budget_seconds;
  }

  // Asked before each case, since a kernel may take long over it.
  bool time_is_up() const {
    if (plan_.stop != nullptr && plan_.stop->load()) return true;
    return plan_.cases == 0 && seconds_since(start_) >= plan_.budget_seconds;
  }

  std::int64_t law_count() const { return std::int64_t(plan_.laws.size()); }
  std::int64_t own_cases() const { return shard_cases(plan_.shard, law_count(), plan_.cases); }
  std::int64_t number_of(std::int64_t k) const { return shard_number(plan_.shard, law_count(), k); }

  // Whether the kernel is not judged on the case: it was given up before, or it is the others' turn.
  bool passes_by(std::size_t at, std::int64_t number) const {
    const std::int64_t round = (number - 1) / law_count();
    const bool others_turn =
        !all_emulated_ && is_emulated(*kernels_[at]) && round >= rounds_of_all && round % emulated_one_in != 0;
    return others_turn || hangs_.given_up_before(at, number);
  }

  // What came of one case: a verdict each kernel, and the readings that it could have told.
  struct Judged {
    std::vector<Verdict> verdicts;
    Readings told;
  };

  // Judges the next cases on all threads, then merges in order: the report does not depend on who was faster.
  void judge_round(std::int64_t count) {
    const Readings uncovered = not_yet_covered();
    std::vector<Judged> judged(static_cast<std::size_t>(count));
    std::atomic<std::int64_t> next{0};
    const auto work = [&] {
      while (!time_is_up())
        if (const std::int64_t k = next++; k < count)
          judged[std::size_t(k)] = judge_case(number_of(report_.share + k), uncovered);
        else
          break;
    };
    {
      std::vector<std::jthread> workers;
      for (int t = 1; t < plan_.threads; ++t) workers.emplace_back(work);
      work();
    }
    const std::int64_t begun = std::min(next.load(), count);  // every case that was begun has been judged
    for (std::int64_t k = 0; k < begun; ++k) merge(number_of(report_.share + k), judged[std::size_t(k)]);
    report_.share += begun;
  }

  Readings not_yet_covered() const {
    Readings found;
    for (const readings::Reading& reading : readings::all_readings())
      if (report_.power && report_.power->cases.at(reading.id) < power_enough) found.push_back(&reading);
    return found;
  }

  // An emulated kernel sees too few cases to be wasted on those that it does not take.
  Case for_kernel(const Case& drawn, const Kernel& kernel) const {
    return plan_.fit || is_emulated(kernel) ? fitted(drawn, kernel) : drawn;
  }

  // Where what the kernel leaves of a case is not what the law is about, it is the case as drawn that was skipped.
  Verdict verdict_on(const Case& drawn, const Law& law, const Kernel& kernel) const {
    const Case left = for_kernel(drawn, kernel);
    Verdict verdict = judge(law, left, kernel);
    if (verdict.outcome != Outcome::skipped || left == drawn || excused(verdict)) return verdict;
    return judge(law, drawn, kernel);
  }

  Judged judge_case(std::int64_t number, const Readings& uncovered) {
    const std::size_t law_index = std::size_t(number - 1) % plan_.laws.size();
    const Law& law = plan_.laws[law_index];
    const Case a_case = campaign_case(plan_.seed, number, plan_.laws);
    Judged judged;
    judged.verdicts.resize(kernels_.size());
    for (std::size_t at = 0; at < kernels_.size(); ++at) {
      if (passes_by(at, number)) continue;
      judged.verdicts[at] = verdict_on(a_case, law, *kernels_[at]);
      if (judged.verdicts[at].hung) hangs_.add(at, number);
    }
    if (report_.power && law.name == agreement_name)
      judged.told = told(uncovered, for_kernel(a_case, *kernels_.front()), *kernels_.front());
    return judged;
  }

  void merge(std::int64_t number, const Judged& judged) {
    for (const readings::Reading* reading : judged.told) {
      std::int64_t& cases = report_.power->cases[reading->id];
      cases = std::min(cases + 1, power_enough);  // so that it does not matter how many are judged at a time
    }
    for (std::size_t at = 0; at < kernels_.size(); ++at)
      if (!passes_by(at, number)) merge(number, at, judged.verdicts[at]);
  }

  // Every case counts; the first failure under each law is kept.
  void merge(std::int64_t number, std::size_t at, const Verdict& verdict) {
    const std::size_t law_index = std::size_t(number - 1) % plan_.laws.size();
    const std::string law(plan_.laws[law_index].name);
    add(report_.evidence[kernels_[at]->name][law], verdict);
    if (verdict.hung && hangs_.given_up_before(at, number + 1))
      report_.given_up.push_back(
          {kernels_[at]->name, number,
           fmt::format("took all the time that it was given in {} cases, and was judged no further", hangs_enough)});
    std::vector<bool>::reference already = found_[at * plan_.laws.size() + law_index];
    if (already || verdict.outcome != Outcome::failed) return;
    already = true;
    Finding finding;
    finding.kernel = kernels_[at]->name;
    finding.law = law;
    finding.case_number = number;
    finding.drawn = for_kernel(campaign_case(plan_.seed, number, plan_.laws), *kernels_[at]);
    finding.drawn.law = finding.law;
    finding.drawn.kernel = finding.kernel;
    finding.smallest = finding.drawn;
    finding.verdict = verdict;
    report_.findings.push_back(std::move(finding));
  }

  // Shrinks, names and draws a finding. All of it follows from the finding and the seed alone.
  void explain(Finding& finding) {
    finding.map.emplace();
    if (!plan_.shrink) return no_map(finding, "not looked for: --no-shrink");
    if (plan_.stop != nullptr && plan_.stop->load()) return no_map(finding, "not looked for: the run was interrupted");
    const Law& law = *std::find_if(plan_.laws.begin(), plan_.laws.end(), [&](const Law& l) { return l.name == finding.law; });
    const Kernel& kernel =
        **std::find_if(kernels_.begin(), kernels_.end(), [&](const Kernel* k) { return k->name == finding.kernel; });
    std::int64_t shrinks = 0;
    const Case smallest = shrunk(finding.drawn, law, kernel, &shrinks);
    const Verdict again = judge(law, smallest, kernel);
    if (again.outcome != Outcome::failed) return unsteady(finding, smallest, again);
    finding.smallest = smallest;
    finding.shrinks = shrinks;
    finding.verdict = again;
    if (again.hung) return no_map(finding, "not probed: the kernel takes all the time that it is given");
    finding.diagnosis = further_.look(diagnose(smallest, kernel), smallest, kernel);
    finding.map = heat_map(finding.drawn, smallest, kernel);
  }

  // The verdict stays that of the drawn case, as it was first seen.
  static void unsteady(Finding& finding, const Case& smallest, const Verdict& again) {
    finding.unsteady = fmt::format("does not fail every time: judged again, '{}' {}", token(smallest),
                                   again.outcome == Outcome::passed ? "passed" : "was not judged: " + again.why);
    no_map(finding, "not probed: it does not fail every time");
  }

  static void no_map(Finding& finding, std::string why) { finding.map->none = std::move(why); }

  const Plan& plan_;
  Clock::time_point start_;
  std::vector<const Kernel*> kernels_;  // the available ones
  bool all_emulated_ = false;
  std::vector<bool> found_;  // [kernel][law]: a finding is kept
  Hangs hangs_;              // of kernels_
  FurtherCases further_;
  Report report_;
};

}  // namespace

std::optional<Shard> parse_shard(std::string_view text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto [slash, bad_index] = std::from_chars(text.data(), end, shard.index);
  if (bad_index != std::errc() || slash == end || *slash != '/') return std::nullopt;
  const auto [rest, bad_count] = std::from_chars(slash + 1, end, shard.count);
  if (bad_count != std::errc() || rest != end) return std::nullopt;
  const bool in_range = 1 <= shard.index && shard.index <= shard.count && shard.count <= shards_max;
  return in_range ? std::optional(shard) : std::nullopt;
}

std::int64_t shard_number(Shard shard, std::int64_t laws, std::int64_t k) {
  const std::int64_t round = k / laws * shard.count + shard.index - 1;
  return round * laws + k % laws + 1;
}

std::int64_t shard_cases(Shard shard, std::int64_t laws, std::int64_t cases) {
  const std::int64_t whole_rounds = cases / laws, first = shard.index - 1;
  const std::int64_t own_rounds = whole_rounds / shard.count + (whole_rounds % shard.count > first ? 1 : 0);
  return own_rounds * laws + (whole_rounds % shard.count == first ? cases % laws : 0);
}

Report run(const Plan& plan) { return Campaign(plan).run(); }

}  // namespace boresight::properties
