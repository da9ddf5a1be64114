// The table of kernels: names that find their rows, reasons for those that can't run, and the same answers from all that can.
#include "impl/kernels.h"

#include <gtest/gtest.h>

#include <set>

#include "impl/cuda/host/rows.h"

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
  for (const char* ours : {"scalar", "simd/flash", "simd/decode", "cuda/tiled"}) EXPECT_TRUE(kinds.contains(ours)) << ours;
  if (!cuda::host::unavailable().empty()) std::erase_if(kinds, [](const std::string& kind) { return kind.starts_with("cuda/"); });
  EXPECT_EQ(running, kinds);
}

bool is_for(const Kernel& kernel, Type type) {
  if (kernel.instruction_set == "avx3_bf16") return type == Type::bf16;
  if (kernel.name.starts_with("cuda/tensor_core")) return type == Type::bf16 || type == Type::f16;
  return type != Type::f64;
}

TEST(Kernels, RefuseF64AndTakeTheOtherTypesOrThoseTheyAreFor) {
  Problem problem;
  for (const Kernel& kernel : kernels()) {
    for (const Type type : {Type::f32, Type::bf16, Type::f16, Type::f64}) {
      problem.type = type;
      EXPECT_EQ(kernel.unsupported(problem, {}).empty(), is_for(kernel, type)) << kernel.name;
    }
  }
}

TEST(Kernels, OfTensorCoresSayWhichWidthsTheyTake) {
  int seen = 0;
  for (const Kernel& kernel : kernels()) {
    if (!kernel.name.starts_with("cuda/tensor_core")) continue;
    ++seen;
    Problem problem;
    problem.type = Type::bf16;
    problem.head_dim = problem.value_dim = 256;
    EXPECT_EQ(kernel.unsupported(problem, {}), "") << kernel.name;
    problem.head_dim = 257;
    EXPECT_EQ(kernel.unsupported(problem, {}), "head_dim 257: this kernel takes 1 to 256");
    problem.head_dim = 1;
    problem.value_dim = 512;
    EXPECT_EQ(kernel.unsupported(problem, {}), "value_dim 512: this kernel takes 1 to 256");
  }
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace boresight::impl
