// Inputs: owned memory for the tensors of one call, in the layout that a Case asks for.
// make_inputs(case) fills them with the Case's values; hash() covers every input element, whatever the layout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

#include "problem/case.h"
#include "problem/tensors.h"

namespace boresight {

// Owns blocks of memory, one a tensor, so that a sanitizer sees a kernel that leaves its tensor; the views in `tensors`
// point into them. Moving keeps the views valid.
class Inputs {
 public:
  Tensors tensors;  // without out and lse, which belong to whoever runs a kernel

  // A zeroed tensor with this shape, contiguous, or in a layout where the last two of its dimensions are [row][width]
  // and rank is 4 (q, memory and segment keys and values) or 3 (mem_kv). Gaps between elements hold NaN. A tensor of no
  // elements has its shape, and null data. It starts `skew` elements into its block, whose start is aligned for any type.
  Tensor allocate(Type type, std::initializer_list<std::int64_t> shape, Layout layout = Layout::bhnd);
  Tensor allocate(Type type, int rank, const std::array<std::int64_t, 4>& shape, Layout layout, std::int64_t skew = 0);

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

// Every input that the case's problem needs, and the masks that the case asks for. The case must be valid.
Inputs make_inputs(const Case& a_case);

// The same tensors without the values, for who only asks what they are like.
Inputs empty_inputs(const Case& a_case);

// Bytes that make_inputs(case) and the outputs take, or the largest number where it can't be counted. Allocates nothing:
// ask before making the inputs of a case from outside. The case must be valid.
std::uint64_t input_bytes(const Case& a_case);

// A hash of all input elements in row-major order, names and shapes included; layout does not enter.
std::uint64_t hash(const Tensors& tensors);

}  // namespace boresight
