// A planned run allocates nothing: every way to memory is counted in this program, in whatever library it is taken, while calls
// of all kinds run. With --planted one allocation is made among them, and must be counted.
//   attention_allocations [--planted] KERNEL TOKENS.tsv
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "impl/attention.h"
#include "problem/inputs.h"
#include "problem/token.h"

namespace {

std::atomic<bool> counting = false;
std::atomic<long> counted = 0;

void count() {
  if (counting) ++counted;
}

}  // namespace

// In place of the C library's own, whose functions stay known by these names. operator new takes its memory here too.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}
void* realloc(void* block, std::size_t size) {
  count();
  return __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
}

namespace {

using boresight::Case;
using boresight::Inputs;
using boresight::Problem;
using boresight::Type;
using boresight::impl::Attention;

// Not known to the compiler to be the same, so that it can't do without the block.
int* kept(int* block) {
  int* volatile same = block;
  return same;
}

// Allocations of one call on so many threads, or -1 where no plan takes it.
long allocations(const Case& a_case, int threads, const std::string& kernel, bool planted) {
  const Problem& p = a_case.problem;
  Inputs inputs = make_inputs(a_case);
  inputs.tensors.out = inputs.allocate(p.type, {p.batch, p.heads, p.queries, p.value_dim});
  inputs.tensors.lse = inputs.allocate(Type::f32, {p.batch, p.heads, p.queries});
  boresight::Options options = a_case.options;
  options.threads = threads;
  const auto plan = Attention::plan(p, inputs.tensors, options, kernel);
  if (!plan) return -1;
  const std::size_t alignment = Attention::workspace_alignment;
  const std::unique_ptr<void, void (*)(void*)> workspace(memalign(alignment, plan->workspace_bytes() + alignment), std::free);
  counted = 0, counting = true;
  const boresight::Status status = plan->run(inputs.tensors, workspace.get());
  if (planted) delete kept(new int(1));
  counting = false;
  if (!status) std::printf("%s: %s\n", token(a_case).c_str(), status.error().text().c_str());
  return status ? counted.load() : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool planted = argc > 1 && std::strcmp(argv[1], "--planted") == 0;
  if (argc != (planted ? 4 : 3)) return std::fputs("usage: attention_allocations [--planted] KERNEL TOKENS.tsv\n", stderr), 2;
  const std::string kernel = argv[argc - 2];
  std::ifstream tokens(argv[argc - 1]);
  long runs = 0, bad = 0;
  for (std::string line; std::getline(tokens, line);) {
    const auto a_case = boresight::parse_token(line.substr(0, line.find('\t')));
    if (!a_case) return std::printf("%s\n", a_case.error().text().c_str()), 2;
    for (const int threads : {1, 2, 3}) {
      const long number = allocations(*a_case, threads, kernel, planted && runs == 18);
      if (number < 0) continue;
      ++runs;
      bad += number > 0;
      if (number > 0) std::printf("%ld allocations on %d threads: %s\n", number, threads, line.c_str());
    }
  }
  std::printf("%s: %ld runs, %ld of them allocated\n", kernel.c_str(), runs, bad);
  return runs > 0 && bad == 0 ? 0 : 1;
}
