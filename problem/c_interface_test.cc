// What goes out over the C interface comes back as it was, and what no Problem or Tensor could say is told by its field.
#include "problem/c_interface.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "problem/inputs.h"
#include "problem/test_cases.h"

namespace boresight {
namespace {

TEST(CInterface, EveryTensorHasAPlaceOnBothSides) {
  std::set<std::string> names;
  for (const TensorPair& pair : tensor_pairs) EXPECT_TRUE(names.insert(pair.name).second) << pair.name;
  for (const auto& [name, member] : input_tensors) EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_TRUE(names.contains("out") && names.contains("lse"));
  EXPECT_EQ(sizeof(boresight_tensors), tensor_count * sizeof(const DLTensor*));
}

TEST(CInterface, TheScaleIsTheOneToUse) {
  Problem problem;
  problem.head_dim = 16;
  EXPECT_EQ(to_c(problem).scale, 0.25);
  problem.scale = 3;
  EXPECT_EQ(to_c(problem).scale, 3);
}

TEST(CInterface, AProblemComesBackAsItWentOut) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Problem problem = random_case(seed).problem;
    const Result<Problem> back = from_c(to_c(problem));
    ASSERT_TRUE(back) << back.error().text();
    problem.scale = effective_scale(problem);
    EXPECT_EQ(*back, problem) << seed;
    const Options options{std::int64_t(seed), 2, 3, 4};
    EXPECT_EQ(from_c(to_c(options)), options);
  }
}

TEST(CInterface, ANumberThatIsNoneOfItsListIsToldByItsField) {
  using Change = std::function<void(boresight_problem&)>;
  const std::pair<const char*, Change> wrong[] = {
      {"type is 4; allowed: 0 to 3", [](auto& p) { p.type = 4; }},
      {"bias is 6; allowed: 0 to 5", [](auto& p) { p.bias = 6; }},
      {"bias is -1; allowed: 0 to 5", [](auto& p) { p.bias = -1; }},
      {"slopes is 3; allowed: 0 to 2", [](auto& p) { p.slopes = 3; }},
      {"head_map is 2; allowed: 0 to 1", [](auto& p) { p.head_map = 2; }},
      {"softcap_order is 256; allowed: 0 to 1", [](auto& p) { p.softcap_order = 256; }},
      {"rotary_pairs is 2; allowed: 0 to 1", [](auto& p) { p.rotary_pairs = 2; }},
      {"causal is 2; allowed: 0 to 1", [](auto& p) { p.causal = 2; }},
      {"causal is -1; allowed: 0 to 1", [](auto& p) { p.causal = -1, p.bias = 9; }},
  };
  for (const auto& [words, change] : wrong) {
    boresight_problem problem = to_c(Problem{});
    change(problem);
    const Result<Problem> taken = from_c(problem);
    ASSERT_FALSE(taken) << words;
    EXPECT_EQ(taken.error().text(), words);
  }
}

// A call with q alone, [2][3][4][5] f32.
struct Call {
  std::array<float, 120> data{};
  std::array<std::int64_t, 4> shape{2, 3, 4, 5}, strides{60, 20, 5, 1};
  DLTensor q{data.data(), {kDLCPU, 0}, 4, {kDLFloat, 32, 1}, shape.data(), strides.data(), 0};
  boresight_tensors tensors{};
  Call() { tensors.q = &q; }
  Call(const Call&) = delete;
};

TEST(CInterface, ATensorIsWhereItsBytesBegin) {
  Call call;
  call.q.byte_offset = 8;
  const Result<Tensors> taken = from_c(call.tensors, Data::there);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->q.data, call.data.data() + 2);
  EXPECT_EQ(taken->q.type, Type::f32);
  EXPECT_EQ(taken->q.rank, 4);
  EXPECT_EQ(taken->q.shape, call.shape);
  EXPECT_EQ(taken->q.stride, call.strides);
  for (const TensorPair& pair : tensor_pairs) EXPECT_EQ(bool((*taken).*pair.ours), std::string(pair.name) == "q") << pair.name;
}

TEST(CInterface, WithoutStridesATensorIsRowMajor) {
  Call call;
  call.q.strides = nullptr;
  EXPECT_EQ(from_c(call.tensors, Data::there)->q.stride, call.strides);
}

TEST(CInterface, EveryTypeComesBackAsItWentOut) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16, Type::f64, Type::u8, Type::i32}) {
    Call call;
    call.q.dtype = to_c(type);
    EXPECT_EQ(from_c(call.tensors, Data::there)->q.type, type);
  }
}

TEST(CInterface, DataThatIsToComeIsNotAskedFor) {
  Call call;
  call.q.data = nullptr;
  const Result<Tensors> taken = from_c(call.tensors, Data::to_come);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->q);
  call.shape[2] = 0;  // nor is that of no elements
  EXPECT_TRUE(from_c(call.tensors, Data::there));
}

TEST(CInterface, ATensorThatIsNoneIsTold) {
  using Change = std::function<void(Call&)>;
  const std::pair<const char*, Change> wrong[] = {
      {"q has no data; it may not be NULL", [](Call& c) { c.q.data = nullptr; }},
      {"q has 5 dimensions; allowed: 0 to 4", [](Call& c) { c.q.ndim = 5; }},
      {"q has -1 dimensions; allowed: 0 to 4", [](Call& c) { c.q.ndim = -1; }},
      {"q has no shape; it may not be NULL", [](Call& c) { c.q.shape = nullptr; }},
      {"q is on device 2; must be in memory: kDLCPU", [](Call& c) { c.q.device.device_type = kDLCUDA; }},
      {"q has DLPack's type code 2, 8 bits, 1 lanes", [](Call& c) { c.q.dtype.bits = 8; }},
      {"q has DLPack's type code 2, 32 bits, 4 lanes", [](Call& c) { c.q.dtype.lanes = 4; }},
      {"q has DLPack's type code 5, 32 bits, 1 lanes", [](Call& c) { c.q.dtype.code = kDLComplex; }},
  };
  for (const auto& [words, change] : wrong) {
    Call call;
    change(call);
    const Result<Tensors> taken = from_c(call.tensors, Data::there);
    ASSERT_FALSE(taken) << words;
    EXPECT_EQ(taken.error().text().find(words), 0u) << taken.error().text();
  }
}

TEST(CInterface, AShapeBeyondCountingIsLeftToValidation) {
  Call call;
  call.shape = {std::int64_t{1} << 40, std::int64_t{1} << 40, std::int64_t{1} << 40, 5};
  call.q.strides = nullptr;
  EXPECT_TRUE(from_c(call.tensors, Data::there));
}

}  // namespace
}  // namespace boresight
