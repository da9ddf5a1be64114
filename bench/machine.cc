#include "bench/machine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "bench/sampling.h"

namespace boresight::bench {
namespace {

constexpr double seconds = 0.02;  // for each limit

// The size of a cache in bytes, or `otherwise` where the system does not tell it.
std::size_t cache(int name, std::size_t otherwise) {
  const long told = sysconf(name);
  return told > 0 ? std::size_t(told) : otherwise;
}

// Reads of so many bytes, again and again.
std::optional<double> rate_of_reading(Team& team, std::size_t bytes) {
  constexpr std::size_t worth_timing = std::size_t(1) << 24;
  const std::unique_ptr<std::byte[]> memory(new std::byte[bytes]);
  std::memset(memory.get(), 1, bytes);  // pages that were never written are all the same one
  Limit limit = read_rate({{memory.get(), bytes}}, team.threads());
  const std::size_t times = std::max<std::size_t>(1, worth_timing / bytes);
  limit.work *= double(times);
  limit.loop = [times, once = limit.loop](int thread) {
    for (std::size_t time = 0; time < times; ++time) once(thread);
  };
  return rate(team, limit, seconds);
}

std::string told(std::optional<double> rate) {
  return rate ? fmt::format("{:.4g}", *rate) : "not measured: others had the processor in every sample";
}

}  // namespace

std::vector<MeasuredLimit> measure_limits(Team& team) {
  std::vector<MeasuredLimit> all;
  const int threads = team.threads();
  for (const std::string& set : instruction_sets())
    all.push_back({"f32 peak " + set, told(rate(team, f32_peak(set, threads), seconds))});
  const std::optional<Limit> bf16 = bf16_peak(threads);
  all.push_back({"bf16 peak", bf16 ? told(rate(team, *bf16, seconds)) : "absent: this processor has no vdpbf16ps"});
  const std::size_t L2 = cache(_SC_LEVEL2_CACHE_SIZE, std::size_t(1) << 20);
  const std::size_t L3 = cache(_SC_LEVEL3_CACHE_SIZE, std::size_t(1) << 25);
  all.push_back({"read rate L2", told(rate_of_reading(team, L2 / 2 * std::size_t(threads)))});
  all.push_back({"read rate L3", told(rate_of_reading(team, std::max(4 * L2, L3 / 4)))});
  all.push_back({"read rate memory", told(rate_of_reading(team, std::max(4 * L3, std::size_t(1) << 28)))});
  return all;
}

}  // namespace boresight::bench
