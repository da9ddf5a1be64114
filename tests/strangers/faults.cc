// Kernels that end badly: each must be a failure of its own, in the words above it, and the run goes on to the others, the last
// of which is honest and passes. Where a fault waits for memories or rows, calls without them are right.
#include "strangers/honest.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cassert>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using honest::attend, honest::kernel;
using Problem = const boresight_problem;
using Tensors = const boresight_tensors;
using Options = const boresight_options;

constexpr size_t megabyte = size_t{1} << 20;

// crashed (SIGSEGV), from three rows on; shrinks to three.
const char* null_run(void*, Problem* p, Tensors* t, Options*) {
  volatile float* nowhere = nullptr;
  if (p->queries >= 3) *nowhere = 1;
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel crashes = kernel("fault/null-dereference", null_run);

// crashed (SIGABRT); what assert printed may be told beside it.
const char* assert_run(void*, Problem* p, Tensors* t, Options*) {
  if (p->mem_kv > 0) std::fputs("faults.cc: Assertion `mem_kv == 0' failed.\n", stderr), std::abort();
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel aborts = kernel("fault/abort", assert_run);

// crashed (SIGFPE): a division of integers by zero.
const char* divide_run(void*, Problem* p, Tensors* t, Options*) {
  volatile int64_t persistent = p->mem_kv, columns = 64;
  if (p->memories > 0) columns = columns / persistent;
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel divides = kernel("fault/division-by-zero", divide_run);

// threw an exception through the C interface, or crashed (SIGABRT); its words where they can be had.
const char* throw_run(void*, Problem*, Tensors*, Options*) { throw std::runtime_error("tile sizes do not divide"); }
constexpr boresight_kernel throws = kernel("fault/throws", throw_run);

// returned an error: "no workspace of 48 bytes".
const char* error_run(void*, Problem*, Tensors*, Options*) { return "no workspace of 48 bytes"; }
constexpr boresight_kernel returns_error = kernel("fault/returns-an-error", error_run);

// returned an error with what a terminal and an XML file must not get as it is.
const char* escapes_run(void*, Problem*, Tensors*, Options*) { return "\033[2J\xff\x01 ]]> & <PASSED>"; }
constexpr boresight_kernel returns_escapes = kernel("fault/returns-control-characters", escapes_run);

// returned an error of a hundred thousand letters, of which some are told.
const char* long_run(void*, Problem*, Tensors*, Options*) {
  static const std::string text(100'000, 'x');
  return text.c_str();
}
constexpr boresight_kernel returns_long = kernel("fault/returns-a-long-error", long_run);

// took longer than the timeout, where there are memories.
const char* hang_run(void*, Problem* p, Tensors* t, Options*) {
  volatile bool for_ever = p->memories > 0;
  while (for_ever) continue;
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel hangs = kernel("fault/hangs", hang_run);

// the same, asleep, deaf to every signal that can be ignored.
const char* deaf_run(void*, Problem* p, Tensors* t, Options*) {
  for (int number = 1; number < 32; ++number) std::signal(number, SIG_IGN);
  while (p->memories > 0) std::this_thread::sleep_for(std::chrono::seconds(1));
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel hangs_deaf = kernel("fault/hangs-ignoring-signals", deaf_run);

// took more memory than the limit, touched.
const char* eat_run(void*, Problem* p, Tensors* t, Options*) {
  while (p->memories > 0)
    if (void* memory = std::malloc(16 * megabyte)) std::memset(memory, 1, 16 * megabyte);
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel eats = kernel("fault/eats-memory", eat_run);

// took more memory than the limit, by leaking 10 MB a call.
const char* leak_run(void*, Problem* p, Tensors* t, Options*) {
  static std::vector<void*> kept;  // or the compiler sees that nobody reads it, and leaves it out
  if (void* memory = std::malloc(10 * megabyte)) kept.push_back(std::memset(memory, 1, 10 * megabyte));
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel leaks = kernel("fault/leaks", leak_run);

// crashed (SIGSEGV): the stack is at its end.
int64_t deeper(const volatile int64_t* bottom, int64_t depth) {
  volatile char frame[1024];
  frame[depth % 1024] = char(depth);
  return depth == *bottom ? 0 : deeper(bottom, depth + 1) + frame[0];
}
const char* stack_run(void*, Problem* p, Tensors* t, Options*) {
  const volatile int64_t bottom = INT64_MAX;
  if (p->memories > 0) return deeper(&bottom, 0) == 0 ? "" : nullptr;
  return attend(*p, *t), nullptr;
}
constexpr boresight_kernel overflows = kernel("fault/stack-overflow", stack_run);

// ended the process, exit code 0.
const char* exit_run(void*, Problem*, Tensors*, Options*) { _exit(0); }
constexpr boresight_kernel exits = kernel("fault/exits", exit_run);

// was killed (SIGKILL).
const char* kill_run(void*, Problem*, Tensors*, Options*) { return std::raise(SIGKILL), nullptr; }
constexpr boresight_kernel killed = kernel("fault/kills-itself", kill_run);

// stopped (SIGSTOP), or took longer than the timeout.
const char* stop_run(void*, Problem*, Tensors*, Options*) { return std::raise(SIGSTOP), nullptr; }
constexpr boresight_kernel stops = kernel("fault/stops-itself", stop_run);

// crashes when it is asked whether it takes a call: told as that, not as a call that failed.
const char* crash_asked(void*, Problem*, Tensors*) {
  volatile int* nowhere = nullptr;
  *nowhere = 1;
  return nullptr;
}
constexpr boresight_kernel crashes_when_asked = [] {
  boresight_kernel made = kernel("fault/crashes-when-asked", error_run);
  made.unsupported = crash_asked;
  return made;
}();

// takes longer than the timeout when it is asked: told as that, and the run ends within its budget.
constexpr boresight_kernel hangs_when_asked = [] {
  boresight_kernel made = kernel("fault/hangs-when-asked", error_run);
  made.unsupported = [](void*, Problem*, Tensors*) -> const char* {
    for (volatile bool for_ever = true; for_ever;) continue;
    return nullptr;
  };
  return made;
}();

// promises that are none: told as that, with the field and its value.
constexpr boresight_kernel promising(const char* name, void (*arithmetic)(void*, Problem*, Options*, boresight_arithmetic*)) {
  boresight_kernel made =
      kernel(name, [](void*, Problem* p, Tensors* t, Options*) -> const char* { return attend(*p, *t), nullptr; });
  made.arithmetic = arithmetic;
  return made;
}
// exp_error is NaN.
constexpr boresight_kernel promises_nan =
    promising("fault/promises-nan", [](void*, Problem*, Options*, boresight_arithmetic* declared) { declared->exp_error = NAN; });
// dot_chain is -1.
constexpr boresight_kernel promises_less =
    promising("fault/promises-a-negative-chain",
              [](void*, Problem*, Options*, boresight_arithmetic* declared) { declared->dot_chain = -1; });
// accumulator is no boresight_type.
constexpr boresight_kernel promises_no_type = promising(
    "fault/promises-no-type", [](void*, Problem*, Options*, boresight_arithmetic* declared) { declared->accumulator = 99; });

// Must pass beside all of them.
const char* honest_run(void*, Problem* p, Tensors* t, Options*) { return attend(*p, *t), nullptr; }
constexpr boresight_kernel honest_kernel = kernel("honest", honest_run);

}  // namespace

BORESIGHT_EXPORT_KERNELS(&crashes, &aborts, &divides, &throws, &returns_error, &returns_escapes, &returns_long, &hangs,
                         &hangs_deaf, &eats, &leaks, &overflows, &exits, &killed, &stops, &crashes_when_asked, &hangs_when_asked,
                         &promises_nan, &promises_less, &promises_no_type, &honest_kernel)
