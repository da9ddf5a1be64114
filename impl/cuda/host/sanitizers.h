// What the sanitizers need to be told about fibers, in one place; nothing without them. AddressSanitizer: which stack is in use.
// ThreadSanitizer: every fiber is a thread to it, ordered with others by acquire() and release() alone, and the runtime's own
// accesses are unwatched. MemorySanitizer: what comes out of a switch, which is not compiled with it, has values.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#define BORESIGHT_HAS_FEATURE(x) __has_feature(x)
#else
#define BORESIGHT_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || BORESIGHT_HAS_FEATURE(address_sanitizer)
#define BORESIGHT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__) || BORESIGHT_HAS_FEATURE(thread_sanitizer)
#define BORESIGHT_TSAN
#include <sanitizer/tsan_interface.h>
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void __tsan_read_range(void* begin, unsigned long bytes);
void __tsan_write_range(void* begin, unsigned long bytes);
}
#endif
#if BORESIGHT_HAS_FEATURE(memory_sanitizer)
#define BORESIGHT_MSAN
#include <sanitizer/msan_interface.h>
#endif

namespace boresight::impl::cuda::host {

#if defined(BORESIGHT_TSAN)
inline constexpr bool races_are_watched = true;
inline void ignore_accesses(bool begin) {
  begin ? AnnotateIgnoreReadsBegin(__FILE__, __LINE__) : AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  begin ? AnnotateIgnoreWritesBegin(__FILE__, __LINE__) : AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}
inline void acquire(void* token) { __tsan_acquire(token); }
inline void release(void* token) { __tsan_release(token); }
#else
inline constexpr bool races_are_watched = false;
inline void ignore_accesses(bool) {}
inline void acquire(void*) {}
inline void release(void*) {}
#endif

// While one lives, the calling fiber's accesses are the runtime's.
struct Unwatched {
  Unwatched() { ignore_accesses(true); }
  ~Unwatched() { ignore_accesses(false); }
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
};
// Within an Unwatched: the kernel's again.
struct Watched {
  Watched() { ignore_accesses(false); }
  ~Watched() { ignore_accesses(true); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

// Within an Unwatched: the calling fiber reads or writes these bytes, and that is seen. (Of memcpy and memset a compiler may make
// accesses that are not.)
inline void watched_read([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(BORESIGHT_TSAN)
  const Watched watched;
  __tsan_read_range(const_cast<void*>(begin), bytes);
#endif
}
inline void watched_write([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(BORESIGHT_TSAN)
  const Watched watched;
  __tsan_write_range(begin, bytes);
#endif
}

inline void forbid_access([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(BORESIGHT_ASAN)
  __asan_poison_memory_region(begin, bytes);
#endif
}
inline void allow_access([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(BORESIGHT_ASAN)
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

}  // namespace boresight::impl::cuda::host
