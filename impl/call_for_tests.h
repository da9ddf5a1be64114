// A call that is there, for the tests of planned calls: its inputs, and outputs that are NaN until they are written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "problem/inputs.h"
#include "problem/token.h"

namespace boresight::impl {

struct CallForTests {
  explicit CallForTests(const char* text) : a_case(*parse_token(text)), inputs(make_inputs(a_case)), tensors(inputs.tensors) {
    const Problem& p = a_case.problem;
    tensors.out = inputs.allocate(p.type, {p.batch, p.heads, p.queries, p.value_dim});
    tensors.lse = inputs.allocate(Type::f32, {p.batch, p.heads, p.queries});
    forget();
  }
  void forget() {
    for (const Tensor& output : {tensors.out, tensors.lse})
      std::fill_n(static_cast<std::byte*>(output.data), std::size_t(output.elements()) * bytes(output.type), std::byte{0xff});
  }
  std::string bits() const {
    std::string all;
    for (const Tensor& output : {tensors.out, tensors.lse})
      all.append(static_cast<const char*>(output.data), std::size_t(output.elements()) * bytes(output.type));
    return all;
  }
  Case a_case;
  Inputs inputs;
  Tensors tensors;
};

}  // namespace boresight::impl
