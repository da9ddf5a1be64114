// Memory for the inputs of one call, its estimate, and the hash. The values are problem/fill.cc's.
#include "problem/inputs.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "problem/fill.h"
#include "problem/rows.h"
#include "problem/tensor_rules.h"
#include "problem/values.h"

namespace boresight {
namespace {

constexpr std::int64_t padding = 3;  // elements between rows of Layout::padded: no power of two, so that rows misalign

// Sets strides, and returns the elements of memory that the tensor covers.
std::int64_t lay_out(Tensor& tensor, Layout layout) {
  const int rank = tensor.rank, width = rank - 1, rows = rank - 2, heads = rank - 3;
  const auto& shape = tensor.shape;
  const std::int64_t inner = rank >= 3 && layout == Layout::strided ? 2 : 1;
  std::int64_t step = inner;
  for (int d = rank - 1; d >= 0; --d) {
    tensor.stride[d] = step;
    step *= shape[d];
    if (d == width && rank >= 3 && layout == Layout::padded) step += padding;
  }
  if (rank >= 3 && layout == Layout::bnhd) {
    tensor.stride[heads] = shape[width];
    tensor.stride[rows] = shape[heads] * shape[width];
  }
  if (rank >= 3 && layout == Layout::reversed) tensor.stride[rows] = -tensor.stride[rows];
  return step;
}

template <class Element>
std::uint64_t hash_row(const Row& row, std::uint64_t state) {
  std::uint64_t sum = 0;  // each element is mixed with its place, so the sum depends on the order, and its terms are independent
  for (std::int64_t d = 0; d < row.count; ++d) {
    Element bits;
    std::memcpy(&bits, row.data + d * row.stride * std::int64_t(sizeof(Element)), sizeof(Element));
    sum += element_bits(state ^ (std::uint64_t(bits) * 0xff51afd7ed558ccdu), d);
  }
  return sum;
}

std::uint64_t hash_tensor(std::string_view tensor_name, const Tensor& tensor) {
  std::uint64_t state = 0;
  for (const char letter : tensor_name) state = element_bits(state, letter);
  state = element_bits(state, std::int64_t(tensor.type));
  for (int d = 0; d < tensor.rank; ++d) state = element_bits(state, tensor.shape[d]);
  std::uint64_t sum = state;
  each_row(tensor, [&](const Row& row) {
    const std::uint64_t row_state = element_bits(state, row.number);
    switch (bytes(tensor.type)) {
      case 8:
        sum += hash_row<std::uint64_t>(row, row_state);
        break;
      case 4:
        sum += hash_row<std::uint32_t>(row, row_state);
        break;
      case 2:
        sum += hash_row<std::uint16_t>(row, row_state);
        break;
      default:
        sum += hash_row<std::uint8_t>(row, row_state);
    }
  });
  return sum;
}

bool wanted(const Case& a_case, const TensorRule& rule) {
  if (rule.member == &Tensors::key_mask) return a_case.key_mask.kind != Mask::Kind::absent;
  if (rule.member == &Tensors::memory_mask) return a_case.memory_mask.kind != Mask::Kind::absent;
  if (rule.member == &Tensors::attention_mask) return a_case.attention_mask.kind != Mask::Kind::absent;
  return rule.need == Need::required;
}

// The rule's shape, with the dimensions that the case broadcasts at 1.
std::array<std::int64_t, 4> shape_in(const Case& a_case, const TensorRule& rule) {
  auto shape = rule.shape;
  Broadcast broadcast;
  if (rule.member == &Tensors::attention_mask) broadcast = a_case.attention_mask_broadcast;
  if (rule.member == &Tensors::dense) broadcast = a_case.dense_broadcast;
  if (rule.member == &Tensors::query_positions || rule.member == &Tensors::key_positions)
    broadcast.batch = a_case.positions_broadcast;
  if (broadcast.batch) shape[0] = 1;
  if (broadcast.heads) shape[1] = 1;
  return shape;
}

// Memory over elements, at most: strided doubles it, padding adds to each row.
double spread(Layout layout, std::int64_t width) {
  if (layout == Layout::strided) return 2;
  return layout == Layout::padded ? 1 + double(padding) / double(width) : 1;
}

}  // namespace

Tensor Inputs::allocate(Type type, std::initializer_list<std::int64_t> shape, Layout layout) {
  std::array<std::int64_t, 4> sizes{};
  std::copy(shape.begin(), shape.end(), sizes.begin());
  return allocate(type, int(shape.size()), sizes, layout);
}

Tensor Inputs::allocate(Type type, int rank, const std::array<std::int64_t, 4>& shape, Layout layout, std::int64_t skew) {
  Tensor tensor{nullptr, type, rank, shape, {}};
  const std::int64_t covered = lay_out(tensor, layout) + skew;
  if (tensor.elements() == 0) return tensor;
  const std::size_t size = std::size_t(covered) * bytes(type);
  const bool gaps = covered != tensor.elements();
  std::byte* block = blocks_.emplace_back(new std::byte[size]).get();
  std::memset(block, gaps ? 0xff : 0, size);  // all ones is NaN in every float type
  const std::int64_t first = rank >= 3 && layout == Layout::reversed ? -tensor.stride[rank - 2] * (shape[rank - 2] - 1) : 0;
  tensor.data = block + (first + skew) * std::int64_t(bytes(type));
  if (!gaps) return tensor;
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d)
      std::memset(row.data + d * row.stride * std::int64_t(bytes(type)), 0, bytes(type));
  });
  return tensor;
}

Inputs empty_inputs(const Case& a_case) {
  Inputs inputs;
  for (const TensorRule& rule : tensor_rules(a_case.problem)) {
    if (!wanted(a_case, rule)) continue;
    const Layout layout = rule.rows ? a_case.layout : Layout::bhnd;
    inputs.tensors.*rule.member = inputs.allocate(rule.type, rule.rank, shape_in(a_case, rule), layout);
  }
  return inputs;
}

Inputs make_inputs(const Case& a_case) {
  Inputs inputs = empty_inputs(a_case);
  fill(a_case, inputs.tensors);
  return inputs;
}

std::uint64_t input_bytes(const Case& a_case) {
  double sum = 0;
  for (TensorRule rule : tensor_rules(a_case.problem)) {
    const bool output = rule.member == &Tensors::out || rule.member == &Tensors::lse;
    if (!output && !wanted(a_case, rule)) continue;
    rule.shape = shape_in(a_case, rule);
    if (rule.elements() == 0) continue;
    const double gaps = rule.rows ? spread(a_case.layout, rule.shape[rule.rank - 1]) : 1;
    sum += rule.elements() * double(bytes(rule.type)) * gaps;
  }
  return sum < 0x1p63 ? std::uint64_t(sum) : std::numeric_limits<std::uint64_t>::max();
}

std::uint64_t hash(const Tensors& tensors) {
  std::uint64_t sum = 0;
  for (const auto& [tensor_name, member] : input_tensors) {
    const Tensor& tensor = tensors.*member;
    if (tensor && tensor.elements() > 0) sum = element_bits(sum, std::int64_t(hash_tensor(tensor_name, tensor)));
  }
  return sum;
}

}  // namespace boresight
