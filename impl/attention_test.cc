// Planned calls: the same bits as the kernels' own run, and whatever a caller gets wrong told by its field, in C and in C++.
#include "impl/attention.h"

#include <algorithm>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "impl/call_for_tests.h"
#include "impl/kernels.h"
#include "impl/simd/memory.h"
#include "problem/c_interface.h"

namespace boresight::impl {
namespace {

const char* const usual = "bs1 b2 h4/2 d8/6 n3 s5 M4 P2 causal alibi key_mask=0.75";
const char* const many[] = {
    usual,
    "bs1 b2 h2 d16 n40 s70 P3 causal window=20,0 bias=relative_buckets rotary=8 memory_mask=0.5",
    "bs1 b1 h6/3 d20/9 n17 s33 M5 bias=distance_table softcap=2 sink bf16 layout=strided",
    "bs1 b3 h2 d64 n1 s300 bias=dense dense_hidden=0.2 f16 attention_mask=0.8",
    "bs1 b1 h4/1 d8 n5 s6 M2 P1 zero_kv causal bias=forget rotary=4 xpos positions=ordered",
    "bs1 b2 h3/1 d10 n30 s30 bias=alibi slopes=per_batch positions=shuffled layout=reversed threads=3",
    "bs1 b1 h2 d8 n0 s4",
    "bs1 b1 h2 d8 n4 s0",
};

using Call = CallForTests;

std::string bits_of(const Kernel& kernel, Call& call) {
  call.forget();
  kernel.run(call.a_case.problem, call.tensors, call.a_case.options);
  return call.bits();
}

std::string bits_of(const Attention& plan, Call& call) {
  call.forget();
  const simd::Block workspace = simd::block_of(plan.workspace_bytes());
  const Status status = plan.run(call.tensors, workspace.get());
  return status ? call.bits() : status.error().text();
}

Result<Attention> planned(const Call& call, std::string_view kernel = {}) {
  return Attention::plan(call.a_case.problem, call.tensors, call.a_case.options, kernel);
}

TEST(Attention, HasTheBitsOfTheKernelThatItNames) {
  int compared = 0;
  for (const char* const text : many)
    for (const Kernel& kernel : kernels()) {
      if (!kernel.unavailable.empty() || !kernel.name.starts_with("simd/")) continue;
      Call call(text);
      const Result<Attention> plan = planned(call, kernel.name);
      ASSERT_TRUE(plan) << plan.error().text();
      EXPECT_EQ(plan->kernel(), kernel.name);
      EXPECT_EQ(bits_of(*plan, call), bits_of(kernel, call)) << kernel.name << " " << text;
      ++compared;
    }
  EXPECT_GT(compared, 0);
}

TEST(Attention, IsReadAgainAtEveryRun) {
  Call call(usual), other("bs1 b2 h4/2 d8/6 n3 s5 M4 P2 causal alibi key_mask=0.75 seed=9");
  const Result<Attention> plan = planned(call);
  ASSERT_TRUE(plan);
  const std::string first = bits_of(*plan, call), second = bits_of(*plan, other);
  EXPECT_NE(first, second);
  EXPECT_EQ(bits_of(*plan, call), first);
}

TEST(Attention, RunsOnManyThreadsAtOnce) {
  Call first(usual);
  const Result<Attention> plan = planned(first);
  ASSERT_TRUE(plan);
  const std::string expected = bits_of(*plan, first);
  std::vector<std::string> found(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& mine : found)
      threads.emplace_back([&] {
        Call call(usual);
        for (int k = 0; k < 50; ++k) mine = bits_of(*plan, call);
      });
  }
  for (const std::string& mine : found) EXPECT_EQ(mine, expected);
}

TEST(Attention, ChoosesByTheNumberOfRowsAndTakesTheStrongestSet) {
  const auto family = [](const char* text) {
    const std::string name = planned(Call(text))->kernel();
    return name.substr(0, name.find('@'));
  };
  EXPECT_EQ(family("bs1 b1 h2 d8 n1 s40"), "simd/decode");
  EXPECT_EQ(family("bs1 b1 h2 d8 n64 s64"), "simd/flash");
  std::string strongest;
  for (const Kernel& kernel : kernels())
    if (kernel.unavailable.empty() && kernel.name.starts_with("simd/")) strongest = kernel.instruction_set;
  const Call call(usual);
  EXPECT_EQ(planned(call)->kernel(), "simd/decode@" + strongest);
  EXPECT_EQ(planned(call, "simd/flash")->kernel(), "simd/flash@" + strongest);
  EXPECT_EQ(planned(call, strongest)->kernel(), "simd/decode@" + strongest);
}

TEST(Attention, TellsWhatCantBePlanned) {
  using Change = std::function<void(Call&)>;
  const std::pair<const char*, Change> wrong[] = {
      {"head_dim is 513; allowed: 1 to 512", [](Call& c) { c.a_case.problem.head_dim = 513; }},
      {"threads is -1; allowed: 1 to", [](Call& c) { c.a_case.options.threads = -1; }},
      {"tile_keys is -2; allowed: 0 to", [](Call& c) { c.a_case.options.tile_keys = -2; }},
      {"no kernel supports this problem: type f64", [](Call& c) { c.a_case.problem.type = Type::f64; }},
      {"segment_k is absent; must be [2][2][5][8] f32", [](Call& c) { c.tensors.segment_k = {}; }},
      {"q is [2][4][3][7] f32; must be [2][4][3][8] f32", [](Call& c) { c.tensors.q.shape[3] = 7; }},
      {"out is absent; it is what a call computes", [](Call& c) { c.tensors.out = {}; }},
      {"out overlaps itself; its strides must keep elements apart", [](Call& c) { c.tensors.out.stride[2] = 0; }},
      {"key_mask has strides beyond any memory", [](Call& c) { c.tensors.key_mask.stride[0] = std::int64_t{1} << 62; }},
      {"out is [2][4][3][6] bf16; must be [2][4][3][6] f32", [](Call& c) { c.tensors.out.type = Type::bf16; }},
  };
  for (const auto& [words, change] : wrong) {
    Call call(usual);
    change(call);
    const Result<Attention> plan = planned(call);
    ASSERT_FALSE(plan) << words;
    EXPECT_EQ(plan.error().text().find(words), 0u) << plan.error().text();
  }
}

TEST(Attention, TellsAKernelThatIsNoneAndThoseThatAre) {
  const Call call(usual);
  for (const char* const name : {"avx9", "scalar", "simd/flash@avx9", "portable@portable", "flash@portable"}) {
    const Result<Attention> plan = planned(call, name);
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().what, "kernel is '" + std::string(name) + "'");
    EXPECT_NE(plan.error().right.find("simd/flash, simd/decode"), std::string::npos);
  }
}

TEST(Attention, TellsATensorThatIsNotAsPlanned) {
  using Change = std::function<void(Call&)>;
  const std::pair<const char*, Change> wrong[] = {
      {"segment_k is absent; planned: f32[2 by 80][2 by 40][5 by 8][8 by 1]", [](Call& c) { c.tensors.segment_k = {}; }},
      {"key_mask is absent; planned: u8[2 by 5][5 by 1]", [](Call& c) { c.tensors.key_mask = {}; }},
      {"memory_mask is u8[2 by 4][4 by 1]; planned: absent",
       [](Call& c) { c.tensors.memory_mask = c.inputs.allocate(Type::u8, {2, 4}); }},
      {"q is f32[2 by 96][4 by 24][3 by 9][8 by 1]; planned: f32[2 by 96][4 by 24][3 by 8][8 by 1]",
       [](Call& c) { c.tensors.q.stride[2] = 9; }},
      {"lse is absent; planned: f32[2 by 12][4 by 3][3 by 1]", [](Call& c) { c.tensors.lse = {}; }},
      {"q lies between two elements; its address must be a multiple of 4",
       [](Call& c) { c.tensors.q.data = static_cast<std::byte*>(c.tensors.q.data) + 1; }},
      {"out overlaps q; outputs need memory of their own", [](Call& c) { c.tensors.out.data = c.tensors.q.data; }},
  };
  for (const auto& [words, change] : wrong) {
    Call call(usual);
    const Result<Attention> plan = planned(call);
    ASSERT_TRUE(plan);
    call.forget();
    const std::string before = call.bits();
    Call changed(usual);
    change(changed);
    const simd::Block workspace = simd::block_of(plan->workspace_bytes());
    const Status status = plan->run(changed.tensors, workspace.get());
    ASSERT_FALSE(status) << words;
    EXPECT_EQ(status.error().text(), words);
    EXPECT_EQ(call.bits(), before);
  }
}

TEST(Attention, PassesOverWhatTheProblemDoesNotRead) {
  Call call(usual);
  const Result<Attention> plan = planned(call);
  ASSERT_TRUE(plan);
  const std::string expected = bits_of(*plan, call);
  call.tensors.dense = call.inputs.allocate(Type::u8, {7});
  EXPECT_EQ(bits_of(*plan, call), expected);
}

TEST(Attention, TellsAWorkspaceThatIsNoneOrBetweenTwoLines) {
  Call call("bs1 b1 h2 d8 n3 s9 rotary=4");
  const Result<Attention> plan = planned(call);
  ASSERT_TRUE(plan);
  ASSERT_GT(plan->workspace_bytes(), 0u);
  const simd::Block workspace = simd::block_of(plan->workspace_bytes() + 4);
  for (void* const wrong : {static_cast<void*>(nullptr), static_cast<void*>(workspace.get() + 4)}) {
    const Status status = plan->run(call.tensors, wrong);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().right, "needs " + std::to_string(plan->workspace_bytes()) + " bytes at a multiple of 64");
  }
}

// ---- The C functions ----

// The same call as its C structs.
struct InC {
  explicit InC(const Call& call) : problem(to_c(call.a_case.problem)) {
    std::size_t used = 0;
    for (const TensorPair& pair : tensor_pairs) {
      const Tensor& ours = call.tensors.*pair.ours;
      if (!ours) continue;
      shapes[used] = ours.shape, strides[used] = ours.stride;
      described[used] = {ours.data, {kDLCPU, 0}, ours.rank, to_c(ours.type), shapes[used].data(), strides[used].data(), 0};
      tensors.*pair.theirs = &described[used++];
    }
  }
  InC(const InC&) = delete;
  boresight_problem problem;
  boresight_tensors tensors{};
  std::array<DLTensor, tensor_count> described{};
  std::array<std::array<std::int64_t, 4>, tensor_count> shapes{}, strides{};
};

struct Free {
  void operator()(boresight_attention* plan) const { boresight_attention_free(plan); }
};
using Plan = std::unique_ptr<boresight_attention, Free>;

Plan planned(const InC& c, const char* kernel = nullptr) {
  boresight_attention* plan = nullptr;
  const char* const error = boresight_attention_plan(&c.problem, &c.tensors, nullptr, kernel, &plan);
  EXPECT_EQ(error, nullptr) << error;
  return Plan(plan);
}

TEST(AttentionInC, HasTheBitsOfTheClass) {
  for (const char* const text : many) {
    Call call(text);
    call.a_case.options = {};
    const InC c(call);
    const Plan plan = planned(c, "portable");
    ASSERT_NE(plan, nullptr);
    const std::string expected = bits_of(*planned(call, "portable"), call);
    call.forget();
    const simd::Block workspace = simd::block_of(boresight_attention_workspace(plan.get()));
    ASSERT_EQ(boresight_attention_run(plan.get(), &c.tensors, workspace.get()), nullptr);
    EXPECT_EQ(call.bits(), expected) << text;
    EXPECT_EQ(planned(call, "portable")->kernel(), boresight_attention_kernel(plan.get()));
  }
}

TEST(AttentionInC, APlanNeedsNoData) {
  Call call(usual);
  InC c(call);
  const InC with_data(call);
  for (DLTensor& tensor : c.described) tensor.data = nullptr;
  const Plan plan = planned(c);
  const simd::Block workspace = simd::block_of(boresight_attention_workspace(plan.get()));
  EXPECT_EQ(boresight_attention_run(plan.get(), &with_data.tensors, workspace.get()), nullptr);
  EXPECT_STREQ(boresight_attention_run(plan.get(), &c.tensors, workspace.get()), "q has no data; it may not be NULL");
}

TEST(AttentionInC, ThePlainProblemIsOne) {
  boresight_problem problem = boresight_attention_problem(16);
  EXPECT_EQ(problem.scale, 0.25);
  EXPECT_EQ(problem.head_dim, 16);
  EXPECT_EQ(problem.value_dim, 16);
  EXPECT_EQ(problem.window_left, BORESIGHT_UNLIMITED);
  Problem ours = *from_c(problem);
  EXPECT_TRUE(validate(ours));
  ours.scale.reset(), ours.head_dim = ours.value_dim = 1;
  EXPECT_EQ(ours, Problem{});
  boresight_attention* plan = nullptr;
  problem = boresight_attention_problem(0);
  const boresight_tensors none{};
  EXPECT_STREQ(boresight_attention_plan(&problem, &none, nullptr, nullptr, &plan), "head_dim is 0; allowed: 1 to 512");
}

TEST(AttentionInC, TellsWhatIsNull) {
  const Call call(usual);
  const InC c(call);
  boresight_attention* plan = reinterpret_cast<boresight_attention*>(1);
  EXPECT_STREQ(boresight_attention_plan(nullptr, &c.tensors, nullptr, nullptr, &plan), "problem is NULL; it may not be");
  EXPECT_EQ(plan, nullptr);
  EXPECT_STREQ(boresight_attention_plan(&c.problem, nullptr, nullptr, nullptr, &plan), "tensors is NULL; it may not be");
  EXPECT_STREQ(boresight_attention_plan(&c.problem, &c.tensors, nullptr, nullptr, nullptr), "plan is NULL; it may not be");
  EXPECT_STREQ(boresight_attention_run(nullptr, &c.tensors, nullptr), "plan is NULL; it may not be");
  boresight_attention_free(nullptr);
}

TEST(AttentionInC, TellsANumberThatIsNoneOfItsList) {
  const Call call(usual);
  InC c(call);
  c.problem.bias = 17;
  boresight_attention* plan = nullptr;
  EXPECT_STREQ(boresight_attention_plan(&c.problem, &c.tensors, nullptr, nullptr, &plan), "bias is 17; allowed: 0 to 5");
}

}  // namespace
}  // namespace boresight::impl
