// How this thread computes: the rounding mode, and on x86 whether subnormals are flushed. A kernel that leaves it changed changes
// the results of whoever called it.
#pragma once

#include <cfenv>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace boresight::strangers {

struct Environment {
  int rounding = 0;
  unsigned control = 0;
  bool operator==(const Environment&) const = default;
};

#if defined(__SSE__)
inline constexpr unsigned control_bits = 0xffc0;  // of MXCSR: not the flags that say what has happened
#endif

inline Environment environment() {
  Environment now{std::fegetround(), 0};
#if defined(__SSE__)
  now.control = _mm_getcsr() & control_bits;
#endif
  return now;
}

inline void set(const Environment& to) {
  std::fesetround(to.rounding);
#if defined(__SSE__)
  _mm_setcsr((_mm_getcsr() & ~control_bits) | to.control);
#endif
}

}  // namespace boresight::strangers
