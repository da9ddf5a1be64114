// vdpbf16ps by its intrinsic, since Highway's targets have none for it, in a file and a function of its own: nothing else may be
// compiled for a processor that this one might not be.
#include "bench/limit_loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace boresight::bench {
namespace {

#define BORESIGHT_BF16 __attribute__((target("avx512f,avx512bf16")))

BORESIGHT_BF16 float dot_products(std::int64_t rounds) {
  const __m512bh one = (__m512bh)_mm512_set1_epi16(0x3f80);
  __m512 a[12];
#pragma GCC unroll 12
  for (int k = 0; k < 12; ++k) a[k] = _mm512_set1_ps(float(k));  // of equal chains the compiler would keep one
  for (; rounds > 0; --rounds) {
#pragma GCC unroll 12
    for (__m512& sum : a) sum = _mm512_dpbf16_ps(sum, one, one);  // counts by two, and stays where it is no longer exact
  }
  __m512 total = a[0];
#pragma GCC unroll 11
  for (int k = 1; k < 12; ++k) total = _mm512_add_ps(total, a[k]);
  return _mm512_cvtss_f32(total);
}

}  // namespace

Bf16Loop bf16_loop() { return __builtin_cpu_supports("avx512bf16") ? dot_products : nullptr; }

}  // namespace boresight::bench
#else
namespace boresight::bench {
Bf16Loop bf16_loop() { return nullptr; }
}  // namespace boresight::bench
#endif
