#include "problem/tensors.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "problem/inputs.h"
#include "problem/test_cases.h"
#include "problem/token.h"

namespace boresight {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();

struct Wrong {
  const char* token;
  const char* phrase;
  std::function<void(Inputs&)> change;
};

constexpr const char* plain = "bs1 b2 h4/2 d8/6 n3 s5 M4 P2 key_mask=0.5 memory_mask=0.5 attention_mask=0.5";
constexpr const char* slopes = "bs1 b2 h4 d8 n3 s5 bias=alibi slopes=per_head";
constexpr const char* batch_slopes = "bs1 b2 h4 d8 n3 s5 bias=alibi slopes=per_batch";
constexpr const char* buckets = "bs1 b2 h4 d8 n3 s5 t5 bf16";
constexpr const char* table = "bs1 b2 h4 d8 n3 s5 M4 bias=distance_table positions=shuffled positions_shape=b";
constexpr const char* dense = "bs1 b2 h4 d8 n3 s5 M4 P2 bias=dense bf16";
constexpr const char* forget = "bs1 b2 h4 d8 n3 s5 M4 causal bias=forget sink";
constexpr const char* xpos = "bs1 b2 h4 d8 n3 s5 M4 rotary=4 frequencies=data xpos xpos_scales=data";

// Replaces a tensor by a zeroed one of another shape or type.
std::function<void(Inputs&)> put(Tensor Tensors::* member, Type type, std::initializer_list<std::int64_t> shape) {
  const std::vector<std::int64_t> sizes(shape);
  return [=](Inputs& inputs) {
    std::array<std::int64_t, 4> all{};
    std::copy(sizes.begin(), sizes.end(), all.begin());
    inputs.tensors.*member = inputs.allocate(type, int(sizes.size()), all, Layout::bhnd);
  };
}

std::function<void(Inputs&)> drop(Tensor Tensors::* member) {
  return [=](Inputs& inputs) { inputs.tensors.*member = {}; };
}

template <class T>
std::function<void(Inputs&)> set(Tensor Tensors::* member, std::int64_t index, T value) {
  return [=](Inputs& inputs) { static_cast<T*>((inputs.tensors.*member).data)[index] = value; };
}

TEST(TensorValidation, NamesTheTensorWhatItIsAndWhatItMustBe) {
  const Wrong wrongs[] = {
      {plain, "key_mask is [2][3] u8; must be [2][5] u8", put(&Tensors::key_mask, Type::u8, {2, 3})},
      {plain, "q is absent; must be [2][4][3][8] f32", drop(&Tensors::q)},
      {plain, "q is [2][4][3][8] bf16; must be [2][4][3][8] f32", put(&Tensors::q, Type::bf16, {2, 4, 3, 8})},
      {plain, "q is [2][4][3] f32", put(&Tensors::q, Type::f32, {2, 4, 3})},
      {plain, "mem_k is absent; must be [2][2][8] f32", drop(&Tensors::mem_k)},
      {plain, "mem_v is [2][2][8] f32; must be [2][2][6] f32", put(&Tensors::mem_v, Type::f32, {2, 2, 8})},
      {plain, "memory_k is absent; must be [2][2][4][8] f32", drop(&Tensors::memory_k)},
      {plain, "memory_v is [2][4][4][6] f32", put(&Tensors::memory_v, Type::f32, {2, 4, 4, 6})},
      {plain, "segment_k is [1][2][5][8] f32; must be [2][2][5][8]", put(&Tensors::segment_k, Type::f32, {1, 2, 5, 8})},
      {plain, "segment_v is absent", drop(&Tensors::segment_v)},
      {plain, "memory_mask is [2][5] u8; must be [2][4] u8", put(&Tensors::memory_mask, Type::u8, {2, 5})},
      {plain, "attention_mask is [2][4][3][9] u8; must be [2|1][4|1][3][11] u8",
       put(&Tensors::attention_mask, Type::u8, {2, 4, 3, 9})},
      {plain, "attention_mask is [2][4][1][11] u8", put(&Tensors::attention_mask, Type::u8, {2, 4, 1, 11})},
      {plain, "key_mask[1][4] is 7; must be 0 or 1", set<std::uint8_t>(&Tensors::key_mask, 9, 7)},
      {plain, "attention_mask[1][3][2][10] is 2", set<std::uint8_t>(&Tensors::attention_mask, 2 * 4 * 3 * 11 - 1, 2)},
      {plain, "out is [2][4][3][8] f32; must be [2][4][3][6] f32", put(&Tensors::out, Type::f32, {2, 4, 3, 8})},
      {plain, "lse is [2][4][3] f64; must be [2][4][3] f32", put(&Tensors::lse, Type::f64, {2, 4, 3})},
      {slopes, "slopes is [2][4] f32; must be [1][4] f32", put(&Tensors::slopes, Type::f32, {2, 4})},
      {slopes, "slopes is absent", drop(&Tensors::slopes)},
      {slopes, "slopes[0][1] is -1; must be finite and not below 0", set<float>(&Tensors::slopes, 1, -1)},
      {batch_slopes, "slopes[1][0] is nan", set<float>(&Tensors::slopes, 4, nan)},
      {batch_slopes, "slopes[1][3] is inf", set<float>(&Tensors::slopes, 7, infinity)},
      {buckets, "bucket_table is [4][32] f32; must be [32][4] f32", put(&Tensors::bucket_table, Type::f32, {4, 32})},
      {buckets, "bucket_table[31][3] is -inf; must be finite", set<float>(&Tensors::bucket_table, 127, -infinity)},
      {table, "distance_table is [4][10] f32; must be [4][11] f32", put(&Tensors::distance_table, Type::f32, {4, 10})},
      {table, "distance_table[0][5] is nan", set<float>(&Tensors::distance_table, 5, nan)},
      {table, "query_positions is [3] i32; must be [2|1][3] i32", put(&Tensors::query_positions, Type::i32, {3})},
      {table, "key_positions is absent; must be [2|1][9] i32", drop(&Tensors::key_positions)},
      {table, "positions of sequence 1 have distances", set<std::int32_t>(&Tensors::query_positions, 5, 20)},
      {table, "the distance_table covers -2 to 8", set<std::int32_t>(&Tensors::key_positions, 0, 5)},
      {dense, "dense is [2][4][3][11] f32; must be [2|1][4|1][3][9] f32 or bf16", put(&Tensors::dense, Type::f32, {2, 4, 3, 11})},
      {dense, "dense is [2][4][3][9] f16", put(&Tensors::dense, Type::f16, {2, 4, 3, 9})},
      {dense, "dense[0][0][0][8] is inf; must be finite or -inf", set<float>(&Tensors::dense, 8, infinity)},
      {dense, "dense[0][0][1][0] is nan", set<float>(&Tensors::dense, 9, nan)},
      {forget, "forget is [2][4][5] f32; must be [2][4][9] f32", put(&Tensors::forget, Type::f32, {2, 4, 5})},
      {forget, "forget[0][1][0] is nan", set<float>(&Tensors::forget, 9, nan)},
      {forget, "sinks is [1][4] f32; must be [4] f32", put(&Tensors::sinks, Type::f32, {1, 4})},
      {forget, "sinks[2] is inf; must be finite or -inf", set<float>(&Tensors::sinks, 2, infinity)},
      {xpos, "inverse_frequency is [4] f32; must be [2] f32", put(&Tensors::inverse_frequency, Type::f32, {4})},
      {xpos, "inverse_frequency[1] is inf", set<float>(&Tensors::inverse_frequency, 1, infinity)},
      {xpos, "xpos_scale[0] is 0; must be above 0", set<float>(&Tensors::xpos_scale, 0, 0)},
  };
  for (const Wrong& wrong : wrongs) {
    const Result<Case> a_case = parse_token(wrong.token);
    ASSERT_TRUE(a_case) << a_case.error().text();
    Inputs inputs = make_inputs(*a_case);
    ASSERT_TRUE(validate(a_case->problem, inputs.tensors)) << wrong.token;
    wrong.change(inputs);
    const Status status = validate(a_case->problem, inputs.tensors);
    ASSERT_FALSE(status) << wrong.phrase;
    EXPECT_NE(status.error().text().find(wrong.phrase), std::string::npos) << status.error().text();
  }
}

TEST(TensorValidation, TakesDistancesUpToBothEndsOfTheTableInEverySequence) {
  const Problem p = parse_token(table)->problem;  // distances -2 to 8
  Inputs inputs = make_inputs(*parse_token(table));
  Tensor& query = inputs.tensors.query_positions = inputs.allocate(Type::i32, {1, 3});
  Tensor& key = inputs.tensors.key_positions = inputs.allocate(Type::i32, {2, 9});
  key.at<std::int32_t>(1, 3) = 2;   // distance -2
  key.at<std::int32_t>(1, 4) = -8;  // distance 8
  EXPECT_TRUE(validate(p, inputs.tensors));
  key.at<std::int32_t>(1, 3) = 3;
  EXPECT_FALSE(validate(p, inputs.tensors));
  key.at<std::int32_t>(1, 3) = 0;
  key.at<std::int32_t>(1, 4) = -9;
  EXPECT_FALSE(validate(p, inputs.tensors));
  key.at<std::int32_t>(1, 4) = 0;
  query.at<std::int32_t>(0, 2) = 9;
  EXPECT_FALSE(validate(p, inputs.tensors));
}

TEST(TensorValidation, LeavesUnusedTensorsAlone) {
  Inputs inputs = make_inputs(*parse_token("bs1 b2 h4 d8 n3 s5 alibi"));
  inputs.tensors.slopes = inputs.allocate(Type::u8, {7});
  inputs.tensors.dense = inputs.allocate(Type::u8, {7});
  EXPECT_TRUE(validate(parse_token("bs1 b2 h4 d8 n3 s5 alibi")->problem, inputs.tensors));
}

TEST(TensorValidation, TakesAbsentTensorsOfNoElements) {
  const Case a_case = *parse_token("bs1 b2 h4 d8 n0 s0");
  EXPECT_TRUE(validate(a_case.problem, Tensors{}));
  const Case table_case = *parse_token("bs1 b2 h4 d8 n0 s5 bias=distance_table");
  Inputs inputs = make_inputs(table_case);
  EXPECT_FALSE(inputs.tensors.distance_table);
  EXPECT_TRUE(validate(table_case.problem, inputs.tensors));
}

TEST(TensorValidation, TakesDenseBiasInTheProblemsTypeAndHiddenEntries) {
  Inputs inputs = make_inputs(*parse_token(dense));
  const Problem p = parse_token(dense)->problem;
  inputs.tensors.dense = inputs.allocate(Type::bf16, {1, 4, 3, 9});
  const auto bits = static_cast<std::uint16_t*>(inputs.tensors.dense.data);
  bits[3] = 0xff80;  // -inf
  EXPECT_TRUE(validate(p, inputs.tensors));
  bits[3] = 0x7f80;  // +inf
  EXPECT_FALSE(validate(p, inputs.tensors));
  bits[3] = 0x7fc0;  // NaN
  EXPECT_FALSE(validate(p, inputs.tensors));
}

TEST(TensorValidation, TakesWhatMakeInputsMakes) {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    const Case a_case = random_case(seed);
    const Inputs inputs = make_inputs(a_case);
    const Status status = validate(a_case.problem, inputs.tensors);
    ASSERT_TRUE(status) << token(a_case) << "\n  " << status.error().text();
  }
}

TEST(Tensor, SlicesShareDataAndKeepBroadcastDimensions) {
  Inputs inputs;
  const Tensor tensor = inputs.allocate(Type::f32, {2, 1, 5, 4});
  tensor.at<float>(1, 0, 3, 2) = 7;
  const Tensor rows = tensor.slice(2, 3, 2);
  EXPECT_EQ(rows.shape[2], 2);
  EXPECT_EQ(rows.at<float>(1, 0, 0, 2), 7);
  EXPECT_EQ(rows.at<float>(1, 9, 0, 2), 7);  // a dimension of size 1 is broadcast
  EXPECT_EQ(tensor.slice(1, 5, 3).shape[1], 1);
  EXPECT_EQ(tensor.elements(), 40);
}

}  // namespace
}  // namespace boresight
