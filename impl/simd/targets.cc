// Whether this processor has an instruction set, and the rows of a kernel made from that.
#include "impl/simd/targets.h"

#include "hwy/targets.h"
#include "impl/float_arithmetic.h"
#include "impl/simd/memory.h"
#include "impl/simd/pool.h"

namespace boresight::impl::simd {
namespace {

void run_in_own_memory(Run* run, const Problem& problem, const Tensors& tensors, const Options& options) {
  Workspace needs;
  run(problem, tensors, options, needs);
  const Block block = block_of(needs.bytes());
  const Crowd crowd;
  Workspace workspace(block.get());
  run(problem, tensors, options, workspace);
}

// Whether it has AVX512_BF16, which Highway does not ask for.
bool multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace

std::string why_not(const char* name, std::int64_t id, bool in_bf16, bool built) {
  if (!built) return "this build leaves it out";
  if ((id == 0 || (hwy::SupportedTargets() & id) != 0) && (!in_bf16 || multiplies_bf16())) return "";
  return std::string("this processor lacks ") + name;
}

std::string unsupported(bool in_bf16, const Problem& problem, const Tensors& tensors) {
  if (!in_bf16 || problem.type == Type::bf16) return unsupported_in_float(problem, tensors);
  return "type " + std::string(boresight::name(problem.type)) + ": this kernel is for bf16 alone";
}

std::vector<Kernel> kernel_rows(const std::string& name, Arithmetic (*arithmetic)(const Problem&, const Options&),
                                std::span<const Target<Run>> targets) {
  std::vector<Kernel> rows;
  for (const Target<Run>& target : targets) {
    Kernel& row = rows.emplace_back();
    row.name = name + "@" + target.name;
    row.instruction_set = target.name;
    row.unavailable = why_not(target);
    row.batch_invariant = true;
    row.unsupported = [in_bf16 = target.in_bf16](const Problem& problem, const Tensors& tensors) {
      return unsupported(in_bf16, problem, tensors);
    };
    row.arithmetic = arithmetic;
    row.run = [run = target.run](const Problem& problem, const Tensors& tensors, const Options& options) {
      run_in_own_memory(run, problem, tensors, options);
    };
  }
  return rows;
}

}  // namespace boresight::impl::simd
