// What this machine can do at most, as loops that do nothing else: multiply-adds in registers, and reads of memory. A loop is run
// beside a kernel, again and again, and the kernel told as a fraction of it: clocks and neighbours change within seconds.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boresight::bench {

struct Limit {
  std::string name;               // "f32 peak", "bf16 peak", "read rate"
  double work = 0;                // FLOP or bytes that all threads of one run do together
  std::function<void(int)> loop;  // the part of one thread
};

// The instruction sets that this build has and this processor too, from strong to weak, by the names of kernels' rows: "avx3".
std::vector<std::string> instruction_sets();

// Multiply-adds of the widest f32 vectors of the instruction set; of the strongest here where it is none of instruction_sets(),
// as with "any". A suffix does not count: "avx3_bf16" is "avx3".
Limit f32_peak(std::string_view instruction_set, int threads);

// Products of pairs of bf16, accumulated in f32 (vdpbf16ps). Nothing: this processor, or the compiler, does not have them.
std::optional<Limit> bf16_peak(int threads);

// Reads of this memory, once, each thread its share, by the strongest instruction set here.
using Bytes = std::span<const std::byte>;
Limit read_rate(const std::vector<Bytes>& memory, int threads);

}  // namespace boresight::bench
