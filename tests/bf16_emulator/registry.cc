// The kernels that multiply in bf16, and no others, emulated where the processor has AVX-512 without that. The environment names
// the fault of the emulator that a test plants.
#include "problem/registry.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "emulator.h"
#include "impl/kernels.h"

namespace boresight {
namespace {

using bf16_emulator::Fault;

Fault asked_for() {
  const char* const name = std::getenv("BORESIGHT_EMULATOR_FAULT");
  if (name == nullptr) return Fault::none;
  if (std::string_view(name) == "narrows") return Fault::narrows;
  if (std::string_view(name) == "swaps") return Fault::swaps;
  std::abort();
}

std::vector<Kernel> emulated() {
  std::vector<Kernel> rows;
  bool has_avx3 = false;
  for (const Kernel& kernel : impl::kernels()) {
    has_avx3 |= kernel.instruction_set == "avx3" && kernel.unavailable.empty();
    if (kernel.instruction_set == "avx3_bf16") rows.push_back(kernel);
  }
  for (Kernel& row : rows) {
    if (row.unavailable.empty() || !has_avx3) continue;
    bf16_emulator::install(asked_for());
    row.unavailable.clear();
  }
  return rows;
}

}  // namespace

const std::vector<Kernel>& registered_kernels() {
  static const std::vector<Kernel> table = emulated();
  return table;
}

}  // namespace boresight
