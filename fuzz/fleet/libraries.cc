// Stands in for the two libraries that the fuzzers would else link from the system (BORESIGHT_FUZZERS_ALONE): the few functions
// that are called of them, declared by their own headers. A machine of a fleet has no such library, its sanitizer sees into
// none, and its C++ library is another one than theirs.
#include <rapidcheck/Random.h>

#include <cassert>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "hwy/aligned_allocator.h"
#include "hwy/base.h"
#include "hwy/detect_targets.h"
#include "hwy/targets.h"
#include "problem/values.h"

namespace hwy {

// Of the instruction sets in impl/simd/targets.h.
std::int64_t SupportedTargets() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const auto all = [](auto... has) { return (has && ...); };
  const bool ssse3 = __builtin_cpu_supports("ssse3");
  const bool sse4 = ssse3 && all(__builtin_cpu_supports("sse4.1"), __builtin_cpu_supports("sse4.2"),
                                 __builtin_cpu_supports("pclmul"), __builtin_cpu_supports("aes"));
  const bool avx2 = sse4 && all(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"), __builtin_cpu_supports("bmi"),
                                __builtin_cpu_supports("bmi2"));
  const bool avx3 =
      avx2 && all(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512bw"), __builtin_cpu_supports("avx512dq"),
                  __builtin_cpu_supports("avx512cd"), __builtin_cpu_supports("avx512vl"));
  return (ssse3 ? HWY_SSSE3 : 0) | (sse4 ? HWY_SSE4 : 0) | (avx2 ? HWY_AVX2 : 0) | (avx3 ? HWY_AVX3 : 0);
#elif defined(__aarch64__)
  return HWY_NEON;
#else
  return 0;
#endif
}

// A block that ends where it should, so that a sanitizer sees the first byte behind it.
void* AllocateAlignedBytes(std::size_t size, [[maybe_unused]] AllocPtr allocate, void*) {
  assert(allocate == nullptr);
  constexpr std::size_t alignment = 128;
  void* block = nullptr;
  return posix_memalign(&block, alignment, size) == 0 ? block : nullptr;
}
void FreeAlignedBytes(const void* block, [[maybe_unused]] FreePtr release, void*) {
  assert(release == nullptr);
  std::free(const_cast<void*>(block));
}

void Abort(const char* file, int line, const char* format, ...) {
  std::fprintf(stderr, "%s:%d: ", file, line);
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::abort();
}

}  // namespace hwy

// Other numbers than RapidCheck's: a finding's second mistake is looked for on other cases than `boresight verify` draws.
namespace rc {

Random::Random(std::uint64_t seed) : m_key{seed}, m_block{}, m_bits(0), m_counter(0), m_bitsi(0) {}

Random::Number Random::next() { return boresight::mix(m_key[0] + ++m_counter); }

}  // namespace rc
