#include "python/native/arrays.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace boresight::python {
namespace {

nb::dlpack::dtype dtype_of(Type type) {
  using Code = nb::dlpack::dtype_code;
  const auto bits = static_cast<std::uint8_t>(8 * bytes(type));
  const Code code = type == Type::bf16  ? Code::Bfloat
                    : type == Type::u8  ? Code::Bool
                    : type == Type::i32 ? Code::Int
                                        : Code::Float;
  return {static_cast<std::uint8_t>(code), bits, 1};
}

std::string name_of(nb::dlpack::dtype type) {
  using Code = nb::dlpack::dtype_code;
  const char* const code = type.code == std::uint8_t(Code::Bfloat)  ? "bfloat"
                           : type.code == std::uint8_t(Code::Bool)  ? "bool"
                           : type.code == std::uint8_t(Code::Int)   ? "int"
                           : type.code == std::uint8_t(Code::UInt)  ? "uint"
                           : type.code == std::uint8_t(Code::Float) ? "float"
                                                                    : "other ";
  return type.code == std::uint8_t(Code::Bool) ? code : fmt::format("{}{}", code, type.bits);
}

bool is_mask_of_bytes(nb::dlpack::dtype given, Type type) {
  return type == Type::u8 && given.code == std::uint8_t(nb::dlpack::dtype_code::UInt) && given.bits == 8;
}

// Calls f(element offset in `a`, in `b`) for each element of two layouts of one shape.
template <class F>
void each_element(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b,
                  F f, std::size_t dimension = 0, std::int64_t at_a = 0, std::int64_t at_b = 0) {
  if (dimension == shape.size()) return f(at_a, at_b);
  for (std::int64_t k = 0; k < shape[dimension]; ++k)
    each_element(shape, a, b, f, dimension + 1, at_a + k * a[dimension], at_b + k * b[dimension]);
}

std::vector<std::int64_t> strides_of(const Tensor& tensor) {
  return {tensor.stride.begin(), tensor.stride.begin() + tensor.rank};
}

// The least and the largest element offset; of a tensor with elements.
std::pair<std::int64_t, std::int64_t> reach(const Tensor& tensor) {
  std::int64_t least = 0, most = 0;
  for (int k = 0; k < tensor.rank; ++k) {
    const std::int64_t last = (tensor.shape[k] - 1) * tensor.stride[k];
    (last < 0 ? least : most) += last;
  }
  return {least, most};
}

void move_elements(const void* from, const std::vector<std::int64_t>& strides, const Tensor& to) {
  const std::size_t size = bytes(to.type);
  const auto* const read = static_cast<const std::byte*>(from);
  auto* const written = static_cast<std::byte*>(to.data);
  each_element(shape_of(to), strides, strides_of(to), [&](std::int64_t there, std::int64_t here) {
    std::memcpy(written + here * std::int64_t(size), read + there * std::int64_t(size), size);
  });
}

void move_elements(const Tensor& from, const Tensor& to) { move_elements(from.data, strides_of(from), to); }

}  // namespace

std::vector<std::int64_t> shape_of(const Tensor& tensor) { return {tensor.shape.begin(), tensor.shape.begin() + tensor.rank}; }

Tensor given(const NamedTensor& input, const Problem& p, const Tensors& tensors) {
  Tensor tensor = tensors.*input.member;
  if (tensor && tensor.elements() > 0) return tensor;
  using Member = Tensor Tensors::*;
  const std::array<std::int64_t, 4> keys{p.batch, p.kv_heads, p.segment, p.head_dim},
      values{keys[0], keys[1], keys[2], p.value_dim};
  const std::array<std::int64_t, 4> queries{p.batch, p.heads, p.queries, p.head_dim};
  for (const auto& [member, shape] :
       {std::pair(Member(&Tensors::q), queries), {&Tensors::segment_k, keys}, {&Tensors::segment_v, values}})
    if (member == input.member) {
      tensor.rank = 4, tensor.type = p.type, tensor.shape = shape;
      return tensor;
    }
  return {};
}

bool has_negative_stride(const Tensor& tensor) {
  return std::any_of(tensor.stride.begin(), tensor.stride.begin() + tensor.rank, [](std::int64_t stride) { return stride < 0; });
}

std::string in_words(const std::vector<std::int64_t>& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

Shared::Shared(const Tensor& tensor, bool row_major)
    : original_(tensor), copy_(tensor), memory_(std::make_shared<std::vector<std::byte>>()) {
  const std::size_t size = bytes(tensor.type);
  if (tensor.elements() == 0) {
    memory_->resize(size);
    copy_.data = memory_->data(), copy_.stride = {};
    return;
  }
  if (row_major) {
    for (int k = tensor.rank - 1, next = 1; k >= 0; --k) copy_.stride[k] = next, next *= int(tensor.shape[k]);
    memory_->resize(std::size_t(tensor.elements()) * size);
    copy_.data = memory_->data();
    move_elements(original_, copy_);
    return;
  }
  const auto [least, most] = reach(tensor);
  memory_->resize(std::size_t(most - least + 1) * size);
  std::memcpy(memory_->data(), static_cast<const std::byte*>(tensor.data) + least * std::int64_t(size), memory_->size());
  copy_.data = memory_->data() - least * std::int64_t(size);
}

nb::object Shared::array() const {
  std::array<std::size_t, 4> shape{};
  for (int k = 0; k < copy_.rank; ++k) shape[std::size_t(k)] = std::size_t(copy_.shape[k]);
  using Memory = std::shared_ptr<std::vector<std::byte>>;
  const nb::capsule owner(new Memory(memory_), [](void* memory) noexcept { delete static_cast<Memory*>(memory); });
  return nb::cast(nb::ndarray<nb::array_api>(copy_.data, std::size_t(copy_.rank), shape.data(), owner, copy_.stride.data(),
                                             dtype_of(copy_.type), nb::device::cpu::value, 0));
}

void Shared::write_back() const { move_elements(copy_, original_); }

nb::object array_of(std::vector<double> values, const std::vector<std::int64_t>& shape) {
  auto* const kept = new std::vector<double>(std::move(values));
  const nb::capsule owner(kept, [](void* memory) noexcept { delete static_cast<std::vector<double>*>(memory); });
  std::vector<std::size_t> sizes(shape.begin(), shape.end());
  return nb::cast(nb::ndarray<nb::numpy, double>(kept->data(), sizes.size(), sizes.data(), owner));
}

std::optional<std::string> misfit(const Given& given, const Tensor& tensor) {
  std::vector<std::int64_t> shape;
  for (std::size_t k = 0; k < given.ndim(); ++k) shape.push_back(std::int64_t(given.shape(k)));
  if (shape != shape_of(tensor)) return fmt::format("has the shape {}, right is {}", in_words(shape), in_words(shape_of(tensor)));
  const nb::dlpack::dtype right = dtype_of(tensor.type);
  if (given.dtype() != right && !is_mask_of_bytes(given.dtype(), tensor.type))
    return fmt::format("has the type {}, right is {}", name_of(given.dtype()), name_of(right));
  return std::nullopt;
}

void copy(const Given& given, const Tensor& tensor) {
  std::vector<std::int64_t> strides;
  for (std::size_t k = 0; k < given.ndim(); ++k) strides.push_back(given.stride(k));
  move_elements(given.data(), strides, tensor);
}

void tell_from_poison(const Tensor& tensor) {
  const std::size_t size = bytes(tensor.type);
  auto* const data = static_cast<std::byte*>(tensor.data);
  const std::vector<std::int64_t> strides = strides_of(tensor);
  each_element(shape_of(tensor), strides, strides, [&](std::int64_t at, std::int64_t) {
    std::byte* const element = data + at * std::int64_t(size);
    if (std::all_of(element, element + size, [](std::byte b) { return b == std::byte{0xff}; }))
      element[size - 1] = std::byte{0x7f};
  });
}

}  // namespace boresight::python
