#include "properties/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "problem/token.h"
#include "properties/laws/law.h"
#include "properties/lint/workers.h"
#include "properties/steering.h"

namespace boresight::properties::lint {
namespace {

// A subject under a setting at the size of that number.
struct Try {
  std::size_t setting = 0, size = 0, subject = 0;
};

// Tries on one problem with the same inputs: rules that differ in nothing else share it.
struct Job {
  Case a_case;
  std::vector<Try> tries;
  double cost() const {
    const Problem& p = a_case.problem;
    return double(p.batch * p.heads * p.queries) * double(p.columns()) * double(2 + tries.size());
  }
};

bool same_inputs(const Setting& a, const Setting& b) {
  const auto all = [](const Setting& s) { return std::tie(s.inputs, s.slopes, s.dense, s.type, s.head_dim, s.trials, s.seed); };
  return all(a) == all(b);
}

std::vector<Job> jobs_of(const std::vector<Setting>& settings, const std::vector<Subject>& subjects) {
  std::vector<Job> jobs;
  std::map<std::pair<std::size_t, std::string>, std::size_t> by_problem;  // the first setting with these inputs, and the token
  for (std::size_t s = 0; s < settings.size(); ++s) {
    const auto same = [&](const Setting& other) { return same_inputs(other, settings[s]); };
    const auto first = std::size_t(std::find_if(settings.begin(), settings.end(), same) - settings.begin());
    for (std::size_t z = 0; z < settings[s].sizes.size(); ++z)
      for (std::size_t k = 0; k < subjects.size(); ++k) {
        if (!subjects[k].features.found) continue;
        const Case c = posed(settings[s], subjects[k], settings[s].sizes[z]);
        if (!validate(c)) continue;
        const auto [at, is_new] = by_problem.try_emplace({first, token(c)}, jobs.size());
        if (is_new) jobs.push_back({c, {}});
        jobs[at->second].tries.push_back({s, z, k});
      }
  }
  for (Job& job : jobs) std::ranges::sort(job.tries, {}, [](const Try& t) { return std::tuple(t.subject, t.setting, t.size); });
  std::ranges::sort(jobs, {}, [](const Job& job) { return -job.cost(); });  // the longest first, so that threads end together
  return jobs;
}

// A trial's seed: another one for each.
std::uint64_t seed_of(const Setting& setting, int trial) { return mix(setting.seed) + std::uint64_t(trial); }

void judge_cell(Bench& bench, const Subject& subject, const Rule& rule, Cell& cell) {
  static const Rule certified = parse_rule("certified").value();
  if (cell.caught) return;
  cell.judged = true;
  cell.ratio = std::max(cell.ratio, bench.judge(subject, rule));
  cell.caught = !(cell.ratio <= 1);
  if (!cell.caught && !cell.certified) cell.certified = !(bench.judge(subject, certified) <= 1);
}

// Into cells that no other job writes. What a right kernel met is returned, by setting.
std::map<std::size_t, Honest> run(const Job& job, const std::vector<Setting>& settings, const std::vector<Subject>& subjects,
                                  std::vector<Judged>& judged) {
  std::map<std::size_t, Honest> honest;
  const Setting& inputs = settings[job.tries.front().setting];
  const auto cell = [&](const Try& t) -> Cell& { return judged[t.setting].cells[t.size][t.subject]; };
  for (int trial = 0; trial < inputs.trials; ++trial) {
    if (std::all_of(job.tries.begin(), job.tries.end(), [&](const Try& t) { return cell(t).caught; })) break;
    Bench bench(inputs, job.a_case, seed_of(inputs, trial));
    if (!bench.outside().empty()) continue;
    std::set<std::size_t> rules;
    for (const Try& t : job.tries) {
      cell(t).problem = job.a_case.problem;
      judge_cell(bench, subjects[t.subject], settings[t.setting].rule, cell(t));
      rules.insert(t.setting);
    }
    for (const Try& t : job.tries) {  // what is right though it is another reading
      if (!subjects[t.subject].equivalent) continue;
      ++honest[t.setting].problems;
      honest[t.setting].refused += cell(t).caught ? 1 : 0;
    }
    for (const std::size_t s : rules) {
      ++honest[s].problems;
      if (!(bench.judge_right(settings[s].rule) <= 1)) ++honest[s].refused;
    }
  }
  return honest;
}

// Of each subject in the campaign of that seed.
std::vector<CaughtAt> caught_at(const std::vector<Subject>& subjects, std::uint64_t seed, std::int64_t most) {
  const std::vector<Law> agreement_alone{agreement()};
  std::vector<CaughtAt> at(subjects.size());
  std::vector<Kernel> kernels;
  for (const Subject& subject : subjects) kernels.push_back(kernel(subject));
  std::size_t left = subjects.size();
  for (std::int64_t number = 1; number <= most && left > 0; ++number) {
    const Case c = campaign_case(seed, number, agreement_alone);
    for (std::size_t k = 0; k < subjects.size(); ++k) {
      if (at[k] || !may_show(subjects[k], c.problem)) continue;
      if (agreement_alone.front().judge(c, kernels[k]).outcome != Outcome::failed) continue;
      at[k] = number;
      --left;
    }
  }
  return at;
}

}  // namespace

bool Judged::caught(std::size_t subject) const {
  return std::any_of(cells.begin(), cells.end(), [&](const auto& of_size) { return of_size[subject].caught; });
}

bool Judged::certified(std::size_t subject) const {
  return std::any_of(cells.begin(), cells.end(), [&](const auto& of_size) { return of_size[subject].certified; });
}

const Cell& Judged::closest(std::size_t subject) const {
  const Cell* closest = &cells.front()[subject];
  for (const auto& of_size : cells)
    if (of_size[subject].ratio > closest->ratio || !closest->judged) closest = &of_size[subject];
  return *closest;
}

std::vector<Judged> judge(const std::vector<Setting>& settings, const std::vector<Subject>& subjects, int threads,
                          const Progress& progress) {
  std::vector<Judged> judged(settings.size());
  for (std::size_t s = 0; s < settings.size(); ++s)
    judged[s].cells.assign(settings[s].sizes.size(), std::vector<Cell>(subjects.size()));
  const std::vector<Job> jobs = jobs_of(settings, subjects);
  std::mutex mutex;
  std::size_t done = 0;
  if (progress) progress(0, jobs.size());
  each_job(jobs.size(), threads, [&](std::size_t k) {
    const auto honest = run(jobs[k], settings, subjects, judged);
    const std::lock_guard lock(mutex);
    for (const auto& [s, met] : honest) {
      judged[s].honest.problems += met.problems;
      judged[s].honest.refused += met.refused;
    }
    if (progress) progress(++done, jobs.size());
  });
  return judged;
}

std::vector<CaughtAt> cases_until_caught(const std::vector<Subject>& subjects, std::int64_t most, int threads) {
  constexpr std::size_t seeds = 3;
  std::vector<CaughtAt> at[seeds], median;
  each_job(seeds, threads, [&](std::size_t s) { at[s] = caught_at(subjects, s + 1, most); });
  for (std::size_t k = 0; k < subjects.size(); ++k) {
    CaughtAt of_seeds[seeds];
    for (std::size_t s = 0; s < seeds; ++s) of_seeds[s] = at[s][k];
    std::ranges::sort(of_seeds, {}, [&](CaughtAt one) { return one.value_or(most + 1); });
    median.push_back(of_seeds[seeds / 2]);
  }
  return median;
}

std::string words(CaughtAt at, std::int64_t most) { return at ? std::to_string(*at) : fmt::format("not in {}", most); }

}  // namespace boresight::properties::lint
