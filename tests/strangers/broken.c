/* Libraries that can't be judged, one for each BROKEN: a plain error, exit code 2, that names the file and what is wrong with it.
 * Beside each is what must be named. The kernel itself is never run. */
#include <boresight/boresight.h>
#include <stdio.h>
#include <stdlib.h>

static const char* run(void* context, const boresight_problem* p, const boresight_tensors* t, const boresight_options* o) {
  (void)context, (void)p, (void)t, (void)o;
  return "was run, though its library is broken";
}

#define FINE BORESIGHT_KERNEL_HEAD, .name = "fine", .run = run
static const boresight_kernel fine = {FINE};
static const boresight_kernel* const one[] = {&fine};
static const boresight_kernel* const null[] = {NULL};

#define CRASH 1 /* SIGSEGV, while it was loaded */
#define HANG 2  /* took longer than the timeout, while it was loaded */
#define EXIT 3  /* ended the process, while it was loaded */
#ifdef AT_LOAD
__attribute__((constructor)) static void at_load(void) {
  volatile int* nowhere = NULL;
  volatile int for_ever = 1;
  if (AT_LOAD == CRASH) *nowhere = 1;
  while (AT_LOAD == HANG && for_ever) continue;
  if (AT_LOAD == EXIT) puts("PASSED"), exit(0);
}
#endif

#ifdef IN_TABLE
const boresight_library* boresight_kernels(void) {
  volatile int* nowhere = NULL;
  volatile int for_ever = 1;
  if (IN_TABLE == CRASH) *nowhere = 1;
  while (IN_TABLE == HANG && for_ever) continue;
  return NULL; /* no table */
}
#elif defined(TABLE)
const boresight_library* boresight_kernels(void) {
  static const boresight_library library = {TABLE};
  (void)one;
  return &library;
}
#elif defined(KERNEL)
static const boresight_kernel kernel = {KERNEL};
BORESIGHT_EXPORT_KERNELS(&fine, &kernel)
#elif defined(UNDEFINED)
const char* defined_nowhere(void);
const boresight_library* boresight_kernels(void) { return defined_nowhere() == NULL ? NULL : (const boresight_library*)one; }
#elif defined(NO_SYMBOL)
const void* kernels_of_another_name(void) { return one; }
#else
BORESIGHT_EXPORT_KERNELS(&fine)
#endif
