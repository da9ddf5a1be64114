// Planned calls on a GPU, as far as they go without one: whatever a caller gets wrong is told by its field, and then why there
// is no GPU. gpu/attention_test.cc goes on where one is.
#include "impl/cuda/attention.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "impl/call_for_tests.h"
#include "impl/cuda/gpu/device.h"
#include "impl/cuda/gpu/running.h"
#include "impl/cuda/workspace.h"
#include "problem/c_interface.h"

namespace boresight::impl::cuda {
namespace {

const char* const usual = "bs1 b2 h4/2 d8/6 n3 s5 M4 P2 causal alibi key_mask=0.75";

using Call = CallForTests;

Result<Attention> planned(const Call& call, std::string_view kernel = {}) {
  return Attention::plan(call.a_case.problem, call.tensors, call.a_case.options, kernel);
}

TEST(AttentionOnAGpu, TellsWhatCantBePlanned) {
  using Change = std::function<void(Call&)>;
  const std::pair<const char*, Change> wrong[] = {
      {"head_dim is 513; allowed: 1 to 512", [](Call& c) { c.a_case.problem.head_dim = 513; }},
      {"tile_keys is -2; allowed: 0 to", [](Call& c) { c.a_case.options.tile_keys = -2; }},
      {"no kernel supports this problem: type f64", [](Call& c) { c.a_case.problem.type = Type::f64; }},
      {"q is [2][4][3][7] f32; must be [2][4][3][8] f32", [](Call& c) { c.tensors.q.shape[3] = 7; }},
      {"out is absent; it is what a call computes", [](Call& c) { c.tensors.out = {}; }},
      {"out overlaps itself; its strides must keep elements apart", [](Call& c) { c.tensors.out.stride[2] = 0; }},
  };
  for (const auto& [words, change] : wrong) {
    Call call(usual);
    change(call);
    const Result<Attention> plan = planned(call);
    ASSERT_FALSE(plan) << words;
    EXPECT_EQ(plan.error().text().find(words), 0u) << plan.error().text();
  }
}

TEST(AttentionOnAGpu, TellsAKernelThatIsNoneAndThoseThatAre) {
  for (const char* const name : {"tiled", "cuda/tiled@gpu", "simd/flash"}) {
    const Result<Attention> plan = planned(Call(usual), name);
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().what, "kernel is '" + std::string(name) + "'");
    EXPECT_EQ(plan.error().right.find("allowed: cuda/tiled"), 0u) << plan.error().right;
  }
}

TEST(AttentionOnAGpu, WithoutOneItSaysWhy) {
  const Result<Attention> plan = planned(Call(usual), "cuda/tiled");
  if (const std::string why = gpu::unavailable(); why.empty())
    EXPECT_TRUE(plan) << plan.error().text();
  else
    EXPECT_EQ(plan.error().text(), why);
}

TEST(AttentionOnAGpu, WorksInWhatItsTurnedRowsTake) {
  const auto bytes = [](const char* text) {
    const Call call(text);
    return workspace_bytes(Algorithm::tiled, call.a_case.problem, call.tensors, {});
  };
  EXPECT_EQ(bytes(usual), 0u);
  EXPECT_EQ(bytes("bs1 b2 h4/2 d16 n3 s5 P2 rotary=8"), (2u * 4 * 3 + 2 * 2 * 5) * 16 * sizeof(float));
}

TEST(AttentionOnAGpu, AnErrorNamesWhatWasRun) {
  EXPECT_EQ(gpu::Running::token(), "");
  for (const char* const text : {"bs1 b2 h4/2 d8/6 n3 s5 M4 P2 causal bias=alibi", "bs1 b1 h2 d8 n4 s4 positions=shuffled"}) {
    const Case a_case = *parse_token(text);
    const gpu::Running running(a_case.problem);
    const Result<Case> again = parse_token(gpu::Running::token());
    ASSERT_TRUE(again) << gpu::Running::token();
    EXPECT_EQ(again->problem, a_case.problem);
  }
  EXPECT_EQ(gpu::Running::token(), "");
}

TEST(AttentionOnAGpuInC, TellsWhatIsNullAndATensorThatIsElsewhere) {
  const Call call(usual);
  const boresight_problem problem = to_c(call.a_case.problem);
  boresight_tensors tensors{};
  boresight_cuda_attention* plan = nullptr;
  EXPECT_STREQ(boresight_cuda_attention_plan(nullptr, &tensors, nullptr, nullptr, &plan), "problem is NULL; it may not be");
  EXPECT_STREQ(boresight_cuda_attention_plan(&problem, nullptr, nullptr, nullptr, &plan), "tensors is NULL; it may not be");
  EXPECT_STREQ(boresight_cuda_attention_plan(&problem, &tensors, nullptr, nullptr, nullptr), "plan is NULL; it may not be");
  std::array<std::int64_t, 4> shape = call.tensors.q.shape;
  DLTensor q{call.tensors.q.data, {kDLCPU, 0}, 4, to_c(Type::f32), shape.data(), nullptr, 0};
  tensors.q = &q;
  EXPECT_STREQ(boresight_cuda_attention_plan(&problem, &tensors, nullptr, nullptr, &plan),
               "q is on device 1:0; must be on 2:0, the current one");
  EXPECT_EQ(plan, nullptr);
  boresight_cuda_attention_free(nullptr);
}

}  // namespace
}  // namespace boresight::impl::cuda
