// Results below the smallest normal number, as zero. With ALiBi the weights of far columns are nearly subnormal, and their
// products with values are: processors that compute with these in microcode took half as long again over such a tile.
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace boresight::impl::simd {

// While one lives, on this thread; before and after, its caller's way of computing holds. Nothing on processors other than x86.
class Flushed {
 public:
#if defined(__SSE__)
  Flushed() : before_(_mm_getcsr()) { _mm_setcsr(before_ | _MM_FLUSH_ZERO_ON); }
  ~Flushed() { _mm_setcsr(before_); }
#else
  Flushed() {}
#endif
  Flushed(const Flushed&) = delete;
  Flushed& operator=(const Flushed&) = delete;

#if defined(__SSE__)
 private:
  unsigned before_;
#endif
};

}  // namespace boresight::impl::simd
