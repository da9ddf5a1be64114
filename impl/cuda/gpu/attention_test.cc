// What needs a GPU: planned calls have the bits of the table's rows, and an error of CUDA is told in words.
#include "impl/cuda/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "impl/call_for_tests.h"
#include "impl/cuda/gpu/device.h"
#include "impl/cuda/kernels.h"
#include "impl/cuda/mirror.h"
#include "problem/extent.h"

namespace boresight::impl::cuda::gpu {
namespace {

const char* const many[] = {
    "bs1 b2 h4/2 d8/6 n3 s5 M4 P2 causal alibi key_mask=0.75",
    "bs1 b1 h6/3 d20/9 n170 s330 M5 bias=distance_table softcap=2 sink bf16 layout=strided",
    "bs1 b2 h3/1 d10 n30 s30 bias=alibi slopes=per_batch positions=shuffled layout=reversed",
    "bs1 b1 h4/1 d64 n5 s600 M2 P1 zero_kv causal bias=relative_buckets rotary=4 xpos f16",
};

using Call = CallForTests;

TEST(OnAGpu, RowsSayWhyTheyCantRun) {
  for (const Kernel& row : kernels())
    if (row.instruction_set == "gpu") {
      EXPECT_EQ(row.unavailable, unavailable());
      EXPECT_TRUE(row.unavailable.empty() || row.unavailable.find("GPU") != std::string::npos) << row.unavailable;
      EXPECT_EQ(row.unavailable.find("this build"), std::string::npos) << row.unavailable;
    }
}

TEST(OnAGpu, APlannedCallHasTheBitsOfItsRow) {
  if (!unavailable().empty()) GTEST_SKIP() << unavailable();
  for (const Kernel& row : kernels()) {
    if (row.instruction_set != "gpu") continue;
    for (const char* const text : many) {
      Call call(text);
      if (!row.unsupported(call.a_case.problem, call.tensors).empty()) continue;
      row.run(call.a_case.problem, call.tensors, {});
      const std::string expected = call.bits();
      for (const Tensor& output : {call.tensors.out, call.tensors.lse})
        std::fill_n(static_cast<std::byte*>(output.data), std::size_t(output.elements()) * bytes(output.type), std::byte{0xff});

      const Mirror mirror(call.tensors);
      std::vector<std::byte> image(mirror.bytes());
      mirror.fill(image.data());
      Memory memory(Where::device), workspace(Where::device);
      std::byte* const there = memory.of(mirror.bytes());
      void* const stream = stream_of_this_thread();
      copy(there, image.data(), image.size(), stream);
      const Tensors tensors = mirror.at(there);
      const Result<Attention> plan = Attention::plan(call.a_case.problem, tensors, {}, row.name.substr(0, row.name.find('@')));
      ASSERT_TRUE(plan) << plan.error().text();
      for (int k = 0; k < 2; ++k) {
        const Status status = plan->run(tensors, workspace.of(plan->workspace_bytes()), stream);
        ASSERT_TRUE(status) << status.error().text();
      }
      copy(image.data(), there, image.size(), stream);
      wait(stream);
      mirror.bring_back(image.data());
      EXPECT_EQ(call.bits(), expected) << row.name << " " << text;
    }
  }
}

TEST(OnAGpu, MemoryThatIsNotThereIsToldByItsSize) {
  if (!unavailable().empty()) GTEST_SKIP() << unavailable();
  Memory memory(Where::device);
  try {
    memory.of(std::size_t{1} << 46);
    FAIL() << "64 TiB";
  } catch (const Failure& failure) {
    const std::string words = failure.what();
    EXPECT_EQ(words.find("cudaMalloc of 70368744177664 bytes: "), 0u) << words;
    EXPECT_NE(words.find(" bytes are free"), std::string::npos) << words;
  }
  EXPECT_NE(memory.of(1), nullptr);
}

}  // namespace
}  // namespace boresight::impl::cuda::gpu
