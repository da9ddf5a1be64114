// Tensors in another memory: the same numbers by the same strides there, and what a kernel does there is seen here.
#include "impl/cuda/mirror.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "impl/scalar.h"
#include "problem/c_interface.h"
#include "problem/extent.h"
#include "problem/inputs.h"
#include "problem/token.h"

namespace boresight::impl::cuda {
namespace {

// A call, and a second memory with its mirror.
struct There {
  explicit There(const char* text) : a_case(*parse_token(text)), inputs(make_inputs(a_case)), here(inputs.tensors) {
    const Problem& p = a_case.problem;
    here.out = inputs.allocate(p.type, {p.batch, p.heads, p.queries, p.value_dim});
    here.lse = inputs.allocate(Type::f32, {p.batch, p.heads, p.queries});
    mirror = std::make_unique<Mirror>(here);
    memory.reset(static_cast<std::byte*>(operator new(mirror->bytes(), std::align_val_t{Mirror::alignment})));
    mirror->fill(memory.get());
    there = mirror->at(memory.get());
  }
  struct Delete {
    void operator()(std::byte* at) const { operator delete(at, std::align_val_t{Mirror::alignment}); }
  };
  Case a_case;
  Inputs inputs;
  Tensors here, there;
  std::unique_ptr<Mirror> mirror;
  std::unique_ptr<std::byte, Delete> memory;
};

const char* const many[] = {
    "bs1 b2 h4/2 d8/6 n3 s5 M4 P2 causal alibi key_mask=0.75",
    "bs1 b1 h6/3 d20/9 n17 s33 M5 bias=distance_table softcap=2 sink bf16 layout=strided",
    "bs1 b3 h2 d64 n1 s30 bias=dense dense_hidden=0.2 f16 attention_mask=0.8",
    "bs1 b2 h3/1 d10 n30 s30 bias=alibi slopes=per_batch positions=shuffled layout=reversed",
    "bs1 b1 h2 d8 n0 s4",
    "bs1 b1 h2 d8 n4 s0",
};

std::string bytes_of(const Tensor& tensor) {
  const Extent extent = extent_of(tensor);
  return {reinterpret_cast<const char*>(extent.begin), extent.end - extent.begin};
}

TEST(Mirror, AKernelThereDoesWhatItDoesHere) {
  const Kernel kernel = scalar_kernel();
  for (const char* const text : many) {
    There call(text);
    const Case& a_case = call.a_case;
    kernel.run(a_case.problem, call.there, a_case.options);
    call.mirror->bring_back(call.memory.get());
    const std::string out = bytes_of(call.here.out), lse = bytes_of(call.here.lse);
    kernel.run(a_case.problem, call.here, a_case.options);
    EXPECT_EQ(out, bytes_of(call.here.out)) << text;
    EXPECT_EQ(lse, bytes_of(call.here.lse)) << text;
  }
}

TEST(Mirror, TensorsLieThereAsTheyLieHere) {
  for (const char* const text : many) {
    const There call(text);
    for (const TensorPair& pair : tensor_pairs) {
      const Tensor &here = call.here.*pair.ours, &there = call.there.*pair.ours;
      ASSERT_EQ(bool(here), bool(there));
      if (!here || here.elements() == 0) continue;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(here.data) % Mirror::alignment,
                reinterpret_cast<std::uintptr_t>(there.data) % Mirror::alignment);
      EXPECT_EQ(here.stride, there.stride);
      EXPECT_EQ(bytes_of(here), bytes_of(there)) << pair.name << " of " << text;
    }
  }
}

TEST(Mirror, WhatIsWrittenIntoAnInputThereIsSeenHere) {
  There call(many[0]);
  call.there.segment_k.at<float>(1, 1, 4, 7) = 77;
  call.mirror->bring_back(call.memory.get());
  EXPECT_EQ(call.here.segment_k.at<float>(1, 1, 4, 7), 77);
}

TEST(Mirror, AWriteBesideATensorIsAFault) {
  for (const bool behind : {false, true}) {
    There call(many[0]);
    const Extent extent = extent_of(call.there.out);
    *reinterpret_cast<char*>(behind ? extent.end : extent.begin - 1) = 1;
    try {
      call.mirror->bring_back(call.memory.get());
      FAIL() << "nothing was seen";
    } catch (const KernelFault& fault) {
      EXPECT_NE(std::string(fault.what()).find(behind ? "between the end of out" : "the beginning of out"), std::string::npos)
          << fault.what();
    }
  }
}

}  // namespace
}  // namespace boresight::impl::cuda
