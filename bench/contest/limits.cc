// The limits of bench/limits.h for Python: limits.py runs them in turns with those who attend.
#include "bench/limits.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "bench/team.h"

namespace {

using boresight::bench::Limit;
using boresight::bench::Team;

Limit peak(std::string_view type, std::string_view instruction_set, int threads) {
  if (type == "bf16" && instruction_set == "best")
    if (const auto products = boresight::bench::bf16_peak(threads)) return *products;
  return boresight::bench::f32_peak(instruction_set, threads);
}

void run(const Limit& limit, int threads) {
  static std::map<int, std::unique_ptr<Team>> teams;
  std::unique_ptr<Team>& team = teams[threads];
  if (!team) team = std::make_unique<Team>(threads);
  team->time(limit.loop);
}

}  // namespace

extern "C" {
// FLOP of one run; type "f32" or "bf16", instruction_set "best" or "avx2". Processors without products of bf16 have the peak of
// f32.
__attribute__((visibility("default"))) double boresight_peak_work(const char* type, const char* instruction_set, int threads) {
  return peak(type, instruction_set, threads).work;
}

__attribute__((visibility("default"))) void boresight_peak_run(const char* type, const char* instruction_set, int threads) {
  run(peak(type, instruction_set, threads), threads);
}

// Reads `count` pieces of memory once.
__attribute__((visibility("default"))) void boresight_read_run(const void* const* at, const std::size_t* bytes, int count,
                                                               int threads) {
  std::vector<boresight::bench::Bytes> memory;
  for (int piece = 0; piece < count; ++piece) memory.emplace_back(static_cast<const std::byte*>(at[piece]), bytes[piece]);
  run(boresight::bench::read_rate(memory, threads), threads);
}
}
