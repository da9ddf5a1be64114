// Instruction sets: the rows that each SIMD kernel has in the table of kernels, and whether this processor can run them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impl/simd/workspace.h"
#include "problem/kernel.h"

namespace boresight::impl::simd {

// A function as compiled for one instruction set; null where this build has none.
template <class Function>
struct Target {
  const char* name;  // "avx2"
  std::int64_t id;   // of hwy/detect_targets.h; 0: needs nothing
  Function* run;
  bool in_bf16 = false;  // for problems of bf16 alone: it needs the processor's own products of them
};

// Why the function can't run on this machine; empty: it can.
std::string why_not(const char* name, std::int64_t id, bool in_bf16, bool built);
template <class Function>
std::string why_not(const Target<Function>& target) {
  return why_not(target.name, target.id, target.in_bf16, target.run != nullptr);
}
// Why it does not support a problem; empty: it does.
std::string unsupported(bool in_bf16, const Problem& problem, const Tensors& tensors);

// Runs a call in a workspace; in one that counts it takes what it needs and does nothing else. For that it reads of the tensors
// which are there, their shapes, types and strides, never their data, so that one plan holds for many calls.
using Run = void(const Problem&, const Tensors&, const Options&, Workspace&);

// The rows of a kernel: NAME@INSTRUCTION_SET for each target; those that can't run here say why. They share the rest: all of
// the specification but f64, or bf16 alone, and one promise for vectors of any length.
std::vector<Kernel> kernel_rows(const std::string& name, Arithmetic (*arithmetic)(const Problem&, const Options&),
                                std::span<const Target<Run>> targets);

// Those and one more.
template <std::size_t count>
constexpr std::array<Target<Run>, count + 1> followed_by(const Target<Run> (&targets)[count], Target<Run> last) {
  std::array<Target<Run>, count + 1> all{};
  std::copy_n(targets, count, all.begin());
  all.back() = last;
  return all;
}

// Every instruction set of the architecture, from weak to strong, with its copy of FUNCTION. Used behind
// hwy/foreach_target.h, which has compiled them all.
#if defined(__x86_64__)
#define BORESIGHT_TARGETS(FUNCTION)                                                                     \
  {                                                                                                     \
    {"portable", 0, HWY_CHOOSE_FALLBACK(FUNCTION)}, {"ssse3", HWY_SSSE3, HWY_CHOOSE_SSSE3(FUNCTION)},   \
        {"sse4", HWY_SSE4, HWY_CHOOSE_SSE4(FUNCTION)}, {"avx2", HWY_AVX2, HWY_CHOOSE_AVX2(FUNCTION)}, { \
      "avx3", HWY_AVX3, HWY_CHOOSE_AVX3(FUNCTION)                                                       \
    }                                                                                                   \
  }
#elif defined(__aarch64__)
#define BORESIGHT_TARGETS(FUNCTION)               \
  {                                               \
    {                                             \
      "neon", HWY_NEON, HWY_CHOOSE_NEON(FUNCTION) \
    }                                             \
  }
#else
#define BORESIGHT_TARGETS(FUNCTION)                 \
  {                                                 \
    {                                               \
      "portable", 0, &HWY_STATIC_DISPATCH(FUNCTION) \
    }                                               \
  }
#endif

}  // namespace boresight::impl::simd
