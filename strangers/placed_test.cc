// Tensors go to the memory of a worker and come back, whatever their strides; who writes where it should not is seen.
#include "strangers/placed.h"

#include <gtest/gtest.h>

#include <cstring>

#include "problem/inputs.h"

namespace boresight::strangers {
namespace {

// A call of two inputs and an output, each number its own index.
struct Call {
  Inputs inputs;
  Tensors tensors;
  explicit Call(Layout layout) {
    tensors.q = number(layout, 0);
    tensors.segment_v = number(layout, 100);
    tensors.out = number(layout, -1);
  }
  Tensor number(Layout layout, float from) {
    const Tensor tensor = inputs.allocate(Type::f32, {2, 2, 3, 4}, layout);
    each(tensor, [&](float& x) { x = from++; });
    return tensor;
  }
  template <class Visit>
  static void each(const Tensor& tensor, Visit visit) {
    for (int b = 0; b < 2; ++b)
      for (int h = 0; h < 2; ++h)
        for (int i = 0; i < 3; ++i)
          for (int d = 0; d < 4; ++d) visit(tensor.at<float>(b, h, i, d));
  }
};

float& element(const SharedMemory& memory, std::size_t slot, int b, int h, int i, int d) {
  const TensorRecord& r = memory.message().tensors[slot];
  const std::int64_t offset = b * r.stride[0] + h * r.stride[1] + i * r.stride[2] + d * r.stride[3];
  return *reinterpret_cast<float*>(memory.at(r.at) + 4 * offset);
}

constexpr std::size_t q_slot = 0, out_slot = 20;
constexpr Layout layouts[] = {Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed};

// What the worker's side does: writes every output, and keeps what it was when it returned.
void fill_outputs(const SharedMemory& memory, float from) {
  for (int b = 0; b < 2; ++b)
    for (int h = 0; h < 2; ++h)
      for (int i = 0; i < 3; ++i)
        for (int d = 0; d < 4; ++d) element(memory, out_slot, b, h, i, d) = from++;
}
void return_from_run(const SharedMemory& memory) {
  const TensorRecord& out = memory.message().tensors[out_slot];
  std::memcpy(memory.at(returned_at(out_slot)), memory.at(out.begin), out.size);
}

class Placed : public testing::TestWithParam<std::tuple<Layout, bool>> {
 protected:
  Call call{std::get<0>(GetParam())};
  Wishes wishes{std::get<1>(GetParam()), std::get<1>(GetParam()) ? 64u : 0u};
  SharedMemory memory = SharedMemory::create();
};

TEST_P(Placed, InputsArriveAndOutputsComeBack) {
  ASSERT_TRUE(memory.good());
  ASSERT_EQ(place(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  float expected = 0;
  for (int b = 0; b < 2; ++b)
    for (int h = 0; h < 2; ++h)
      for (int i = 0; i < 3; ++i)
        for (int d = 0; d < 4; ++d) EXPECT_EQ(element(memory, q_slot, b, h, i, d), expected++);
  fill_outputs(memory, 1000);
  return_from_run(memory);
  EXPECT_EQ(take_back(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  expected = 1000;
  Call::each(call.tensors.out, [&](float& x) { EXPECT_EQ(x, expected++); });
  EXPECT_TRUE(at_rest(memory.message().tensors, memory));
}

TEST_P(Placed, AnInputThatWasWrittenToIsWrittenToOnThisSideToo) {
  ASSERT_EQ(place(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  element(memory, q_slot, 1, 0, 2, 3) = -7;
  return_from_run(memory);
  EXPECT_EQ(take_back(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  EXPECT_EQ(call.tensors.q.at<float>(1, 0, 2, 3), -7);
}

TEST_P(Placed, AWriteInFrontOfAnOutputIsTold) {
  ASSERT_EQ(place(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  fill_outputs(memory, 0);
  return_from_run(memory);
  *memory.at(memory.message().tensors[out_slot].begin - 1) = std::byte{0};
  EXPECT_EQ(take_back(described(call.tensors, wishes), call.tensors, wishes, memory), "wrote outside its output out");
}

TEST_P(Placed, AWriteAfterTheReturnIsTold) {
  ASSERT_EQ(place(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  fill_outputs(memory, 0);
  return_from_run(memory);
  element(memory, out_slot, 0, 0, 0, 0) = 5;
  EXPECT_EQ(take_back(described(call.tensors, wishes), call.tensors, wishes, memory),
            "wrote to its outputs after it had returned");
  element(memory, out_slot, 0, 0, 0, 0) = 5;
  EXPECT_FALSE(at_rest(memory.message().tensors, memory));
}

TEST_P(Placed, AnElementThatWasNeverWrittenIsSeen) {
  ASSERT_EQ(place(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  std::memset(memory.at(memory.message().tensors[out_slot].begin), 0xff, memory.message().tensors[out_slot].size);
  fill_outputs(memory, 0);
  return_from_run(memory);
  EXPECT_FALSE(left_unwritten(memory.message().tensors, memory));
  std::memset(&element(memory, out_slot, 1, 1, 2, 3), 0xff, 4);
  return_from_run(memory);
  EXPECT_TRUE(left_unwritten(memory.message().tensors, memory));
}

TEST_P(Placed, EachTensorEndsWhereItsSlotEndsAndIsAligned) {
  ASSERT_EQ(place(described(call.tensors, wishes), call.tensors, wishes, memory), "");
  for (std::size_t slot = 0; slot < tensor_count; ++slot) {
    const TensorRecord& record = memory.message().tensors[slot];
    if (record.present == 0) continue;
    EXPECT_LT(slot_end(slot) - record.begin - record.size, std::max<std::uint64_t>(wishes.alignment, 1));
    EXPECT_EQ(record.begin % std::max<std::uint64_t>(wishes.alignment, 1), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(InEveryLayout, Placed, testing::Combine(testing::ValuesIn(layouts), testing::Bool()));

}  // namespace
}  // namespace boresight::strangers
