// The table of kernels: names that find their rows, reasons for those that can't run, and the same answers from all that can.
#include "impl/kernels.h"

#include <gtest/gtest.h>

#include <set>

namespace boresight::impl {
namespace {

TEST(Kernels, HaveNamesOfTheirOwnAndAnInstructionSet) {
  std::set<std::string> names;
  for (const Kernel& kernel : kernels()) {
    EXPECT_TRUE(names.insert(kernel.name).second) << kernel.name;
    const std::size_t at = kernel.name.find('@');
    EXPECT_EQ(at == std::string::npos ? "any" : kernel.name.substr(at + 1), kernel.instruction_set);
  }
  EXPECT_TRUE(names.contains("scalar"));
}

TEST(Kernels, OfEachKindSomeRowRunsHere) {
  std::set<std::string> kinds, running;
  for (const Kernel& kernel : kernels()) {
    const std::string kind = kernel.name.substr(0, kernel.name.find('@'));
    kinds.insert(kind);
    if (kernel.unavailable.empty()) running.insert(kind);
  }
  for (const char* ours : {"scalar", "simd/flash", "simd/decode"}) EXPECT_TRUE(kinds.contains(ours)) << ours;
  EXPECT_EQ(running, kinds);
}

TEST(Kernels, RefuseF64AndTakeTheOtherTypesOrBf16Alone) {
  Problem problem;
  for (const Kernel& kernel : kernels()) {
    for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
      problem.type = type;
      const bool taken = type == Type::bf16 || kernel.instruction_set != "avx3_bf16";
      EXPECT_EQ(kernel.unsupported(problem, {}).empty(), taken) << kernel.name;
    }
    problem.type = Type::f64;
    EXPECT_NE(kernel.unsupported(problem, {}), "") << kernel.name;
  }
}

}  // namespace
}  // namespace boresight::impl
