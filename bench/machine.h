// The machine's limits in words, to stand beside a table: peaks of every instruction set, and reads out of L2, L3 and memory.
#pragma once

#include <string>
#include <vector>

#include "bench/team.h"

namespace boresight::bench {

struct MeasuredLimit {
  std::string name;  // "f32 peak avx3", "bf16 peak", "read rate memory"
  std::string told;  // FLOP/s or bytes/s of all threads of the team together, or why there is no such number
};
std::vector<MeasuredLimit> measure_limits(Team& team);

}  // namespace boresight::bench
