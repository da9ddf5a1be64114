#include "impl/simd/targets.h"

#include "hwy/targets.h"

namespace boresight::impl::simd {
namespace {

std::string unsupported(const Problem& problem) {
  return problem.type == Type::f64 ? "type f64: this kernel computes in f32" : "";
}

}  // namespace

std::string why_not(const char* name, std::int64_t id, bool built) {
  if (!built) return "this build leaves it out";
  if (id == 0 || (hwy::SupportedTargets() & id) != 0) return "";
  return std::string("this processor lacks ") + name;
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
    row.unsupported = unsupported;
    row.arithmetic = arithmetic;
    row.run = target.run;
  }
  return rows;
}

Arithmetic arithmetic_of_vectors() {
  Arithmetic promise;
  promise.exp_error = 0x1p-23;
  promise.tanh_error = 0x1p-22;
  promise.log_error = 0x1p-23;  // of the C library
  promise.angle_error = 0x1p-51;
  promise.turn_error = 0x1p-44;
  return promise;
}

}  // namespace boresight::impl::simd
