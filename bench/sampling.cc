#include "bench/sampling.h"

#include <algorithm>
#include <cmath>

namespace boresight::bench {
namespace {

constexpr double seconds_of_a_sample = 2e-3;  // calls in a row that make one: long for the clock, short for the scheduler
constexpr int enough = 7;                     // samples
constexpr double patience = 5;                // times as long as was asked for, to have enough of them

struct Sample {
  double seconds = 0;             // a call
  std::vector<double> fractions;  // of each bound
  bool undisturbed = false;
};

double quantile(std::vector<double> values, double q) {
  const auto at = values.begin() + std::ptrdiff_t(std::lround(q * double(values.size() - 1)));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Stretch time_calls(int threads, int calls, const std::function<void()>& call) {
  const Moment start = now(threads);
  for (int k = 0; k < calls; ++k) call();
  return between(start, now(threads));
}

Sample take(Team& team, const std::vector<Bound>& bounds, int calls, const std::function<void()>& call) {
  Sample sample{0, {}, true};
  std::vector<double> rates;
  for (const Bound& bound : bounds) {
    const Stretch stretch = team.time(bound.limit.loop);
    sample.undisturbed &= stretch.undisturbed;
    rates.push_back(bound.limit.work / stretch.seconds);
  }
  const Stretch stretch = time_calls(team.threads(), calls, call);
  sample.undisturbed &= stretch.undisturbed;
  sample.seconds = stretch.seconds / calls;
  for (std::size_t k = 0; k < bounds.size(); ++k) sample.fractions.push_back(bounds[k].work / sample.seconds / rates[k]);
  return sample;
}

template <class Field>
std::vector<double> each(const std::vector<Sample>& samples, Field field) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(field(sample));
  return values;
}

Sampled summary(std::vector<Sample> samples, std::size_t bounds, int threads) {
  Sampled result;
  result.samples = int(samples.size());
  result.kept = int(std::count_if(samples.begin(), samples.end(), [](const Sample& sample) { return sample.undisturbed; }));
  if (result.kept > 0) std::erase_if(samples, [](const Sample& sample) { return !sample.undisturbed; });
  const std::vector<double> seconds = each(samples, [](const Sample& sample) { return sample.seconds; });
  result.seconds = quantile(seconds, 0.5);
  result.spread = (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / result.seconds;
  for (std::size_t k = 0; k < bounds && (result.kept > 0 || threads == 1); ++k)
    result.fractions.push_back(quantile(each(samples, [k](const Sample& sample) { return sample.fractions[k]; }), 0.5));
  return result;
}

}  // namespace

Sampled sample(Team& team, const std::vector<Bound>& bounds, double seconds, const std::function<void()>& call) {
  call();  // once for the caches and the pages
  const double one = time_calls(team.threads(), 1, call).seconds;
  const int calls = int(std::clamp(seconds_of_a_sample / std::max(one, 1e-9), 1.0, 1e6));
  std::vector<Sample> samples;
  int kept = 0;
  const Moment start = now(2);  // on the wall, whatever the threads
  for (double passed = 0; samples.empty() || passed < seconds || (kept < enough && passed < patience * seconds);
       passed = between(start, now(2)).seconds) {
    samples.push_back(take(team, bounds, calls, call));
    kept += samples.back().undisturbed;
  }
  return summary(std::move(samples), bounds.size(), team.threads());
}

std::optional<double> rate(Team& team, const Limit& limit, double seconds) {
  std::vector<double> all, undisturbed;
  const Moment start = now(2);
  for (double passed = 0; all.empty() || passed < seconds || (undisturbed.size() < enough && passed < patience * seconds);
       passed = between(start, now(2)).seconds) {
    const Stretch stretch = team.time(limit.loop);
    all.push_back(limit.work / stretch.seconds);
    if (stretch.undisturbed) undisturbed.push_back(all.back());
  }
  if (undisturbed.empty() && team.threads() > 1) return std::nullopt;
  return quantile(undisturbed.empty() ? all : undisturbed, 0.5);
}

}  // namespace boresight::bench
