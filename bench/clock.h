// How long a piece of work took, and whether it had the processor to itself.
#pragma once

#include <sys/resource.h>
#include <time.h>

namespace boresight::bench {

struct Moment {
  double seconds = 0;
  long taken_away = 0;  // involuntary context switches of the process so far
};

struct Stretch {
  double seconds = 0;
  bool undisturbed = false;  // nobody took the processor away in it
};

// One thread is timed by the processor's time, which stands still while a neighbour has it; several by the clock on the wall.
inline Moment now(int threads) {
  timespec time{};
  clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {double(time.tv_sec) + 1e-9 * double(time.tv_nsec), usage.ru_nivcsw};
}

inline Stretch between(const Moment& start, const Moment& end) {
  return {end.seconds - start.seconds, end.taken_away == start.taken_away};
}

}  // namespace boresight::bench
