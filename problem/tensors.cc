// Checks what a caller hands over, once, so that kernels and the reference may rely on it: shapes and types first, then
// the data that could make a valid problem meaningless. One pass over bias and masks; q, keys and values are not read.
#include "problem/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "problem/extent.h"
#include "problem/rows.h"
#include "problem/tensor_rules.h"

namespace boresight {
namespace {

std::string dimensions(int rank, const std::array<std::int64_t, 4>& shape, const std::array<bool, 4>& broadcast) {
  std::string text;
  for (int d = 0; d < rank; ++d) text += fmt::format("[{}{}]", shape[d], broadcast[d] && shape[d] != 1 ? "|1" : "");
  return text;
}

std::string right(const TensorRule& rule) {
  std::string text = fmt::format("must be {} {}", dimensions(rule.rank, rule.shape, rule.broadcast), name(rule.type));
  if (rule.also != rule.type) text += fmt::format(" or {}", name(rule.also));
  return text;
}

bool fits(const TensorRule& rule, const Tensor& tensor) {
  if (tensor.rank != rule.rank || (tensor.type != rule.type && tensor.type != rule.also)) return false;
  for (int d = 0; d < rule.rank; ++d)
    if (tensor.shape[d] != rule.shape[d] && !(rule.broadcast[d] && tensor.shape[d] == 1)) return false;
  return true;
}

Status check_shape(const TensorRule& rule, const Tensor& tensor) {
  if (rule.need == Need::unused) return ok();
  if (!tensor) {
    if (rule.need == Need::optional || rule.elements() == 0) return ok();
    return Error{fmt::format("{} is absent", rule.name), "", right(rule)};
  }
  if (!fits(rule, tensor)) {
    const int rank = std::clamp(tensor.rank, 0, 4);
    return Error{fmt::format("{} is {} {}", rule.name, dimensions(rank, tensor.shape, {}), name(tensor.type)), "", right(rule)};
  }
  double elements = 1;
  for (int d = 0; d < tensor.rank; ++d) elements *= double(tensor.shape[d]);
  if (elements < tensor_elements_max) return ok();
  return Error{fmt::format("{} has {:.3g} elements", rule.name, elements), "", "allowed: below 2^40"};
}

// Where the data lies, before any of it is read.
Status check_place(const TensorRule& rule, const Tensor& tensor) {
  if (rule.need == Need::unused || !tensor || tensor.elements() == 0) return ok();
  if (!addressable(tensor)) return Error{fmt::format("{} has strides beyond any memory", rule.name), "", "they count elements"};
  if (reinterpret_cast<std::uintptr_t>(tensor.data) % bytes(tensor.type) == 0) return ok();
  return Error{fmt::format("{} lies between two elements", rule.name), "",
               fmt::format("its address must be a multiple of {}", bytes(tensor.type))};
}

// What a tensor's data must be. Each is a type, so that the loop over a row inlines it.
struct Boolean {
  static bool good(double x) { return x == 0 || x == 1; }
  static constexpr const char* right = "must be 0 or 1";
};
struct Finite {
  static bool good(double x) { return std::isfinite(x); }
  static constexpr const char* right = "must be finite";
};
struct Slope {
  static bool good(double x) { return x >= 0 && std::isfinite(x); }
  static constexpr const char* right = "must be finite and not below 0";
};
struct Scale {
  static bool good(double x) { return x > 0 && std::isfinite(x); }
  static constexpr const char* right = "must be above 0 and finite";
};
struct MostlyFinite {
  static bool good(double x) { return x < std::numeric_limits<double>::infinity(); }  // false for NaN
  static constexpr const char* right = "must be finite or -inf";
};

// An element as a double; 16-bit floats only as far as NaN, infinity, zero and sign go, which is all that checks ask.
template <Type type>
double load(const std::byte* data, std::int64_t index) {
  if constexpr (type == Type::f64) return reinterpret_cast<const double*>(data)[index];
  if constexpr (type == Type::f32) return reinterpret_cast<const float*>(data)[index];
  if constexpr (type == Type::u8) return reinterpret_cast<const std::uint8_t*>(data)[index];
  if constexpr (type == Type::i32) return reinterpret_cast<const std::int32_t*>(data)[index];
  const std::uint16_t bits = reinterpret_cast<const std::uint16_t*>(data)[index];
  const std::uint16_t magnitude = bits & 0x7fffu, infinity = type == Type::bf16 ? 0x7f80u : 0x7c00u;
  if (magnitude > infinity) return std::numeric_limits<double>::quiet_NaN();
  return (bits & 0x8000u ? -1.0 : 1.0) * (magnitude == infinity ? std::numeric_limits<double>::infinity() : magnitude);
}

template <class Content, Type type>
Status check_elements(const char* tensor_name, const Tensor& tensor) {
  std::optional<Error> error;
  each_row(tensor, [&](const Row& row) {
    bool good = true;
    for (std::int64_t d = 0; d < row.count; ++d) good &= Content::good(load<type>(row.data, d * row.stride));
    if (good || error) return;
    std::int64_t bad = 0;
    while (Content::good(load<type>(row.data, bad * row.stride))) ++bad;
    std::string index;
    for (int dimension = 4 - tensor.rank; dimension < 3; ++dimension) index += fmt::format("[{}]", row.index[dimension]);
    const double value = load<type>(row.data, bad * row.stride);
    error = Error{fmt::format("{}{}[{}] is {}", tensor_name, index, bad, value), "", Content::right};
  });
  return error ? Status(*error) : ok();
}

template <class Content>
Status check(const char* tensor_name, const Tensor& tensor) {
  switch (tensor.type) {
    case Type::f64:
      return check_elements<Content, Type::f64>(tensor_name, tensor);
    case Type::f32:
      return check_elements<Content, Type::f32>(tensor_name, tensor);
    case Type::bf16:
      return check_elements<Content, Type::bf16>(tensor_name, tensor);
    case Type::f16:
      return check_elements<Content, Type::f16>(tensor_name, tensor);
    case Type::u8:
      return check_elements<Content, Type::u8>(tensor_name, tensor);
    case Type::i32:
      return check_elements<Content, Type::i32>(tensor_name, tensor);
  }
  return ok();
}

using Check = Status (*)(const char* tensor_name, const Tensor&);

// The check of a tensor's data; null: any data will do.
Check content_check(Tensor Tensors::* member) {
  constexpr std::pair<Tensor Tensors::*, Check> checks[] = {
      {&Tensors::key_mask, check<Boolean>},       {&Tensors::memory_mask, check<Boolean>},
      {&Tensors::attention_mask, check<Boolean>}, {&Tensors::slopes, check<Slope>},
      {&Tensors::bucket_table, check<Finite>},    {&Tensors::distance_table, check<Finite>},
      {&Tensors::dense, check<MostlyFinite>},     {&Tensors::forget, check<Finite>},
      {&Tensors::sinks, check<MostlyFinite>},     {&Tensors::inverse_frequency, check<Finite>},
      {&Tensors::xpos_scale, check<Scale>},
  };
  for (const auto& [tensor, check_data] : checks)
    if (tensor == member) return check_data;
  return nullptr;
}

struct Range {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
};

Range range_of(const Tensor& positions, std::int64_t batch) {
  Range range;
  for (std::int64_t i = 0; i < positions.shape[1]; ++i) {
    const std::int64_t position = positions.at<std::int32_t>(batch, i);
    range.least = std::min(range.least, position);
    range.most = std::max(range.most, position);
  }
  return range;
}

// Every distance must lie in the table: 1 - n to M + S - 1.
Status check_distances(const Problem& problem, const Tensors& tensors) {
  const std::int64_t keys = problem.memories + problem.segment;
  if (problem.queries == 0 || keys == 0) return ok();
  const std::int64_t batches = std::max(tensors.query_positions.shape[0], tensors.key_positions.shape[0]);
  for (std::int64_t b = 0; b < batches; ++b) {
    const Range query = range_of(tensors.query_positions, b), key = range_of(tensors.key_positions, b);
    const std::int64_t least = query.least - key.most, most = query.most - key.least;
    if (least >= 1 - problem.queries && most <= keys - 1) continue;
    return Error{fmt::format("positions of sequence {} have distances {} to {}", b, least, most), "",
                 fmt::format("the distance_table covers {} to {}", 1 - problem.queries, keys - 1)};
  }
  return ok();
}

template <class CheckOne>
Status check_each(const Problem& problem, const Tensors& tensors, CheckOne check_one) {
  for (const TensorRule& rule : tensor_rules(problem))
    if (Status status = check_one(rule, tensors.*rule.member); !status) return status;
  return ok();
}

}  // namespace

Status validate_shapes(const Problem& problem, const Tensors& tensors) { return check_each(problem, tensors, check_shape); }

Status validate_places(const Problem& problem, const Tensors& tensors) { return check_each(problem, tensors, check_place); }

Status validate(const Problem& problem, const Tensors& tensors) {
  for (const TensorRule& rule : tensor_rules(problem)) {
    const Tensor& tensor = tensors.*rule.member;
    if (Status status = check_shape(rule, tensor); !status) return status;
    if (Status status = check_place(rule, tensor); !status) return status;
    const Check check_data = rule.need == Need::unused || !tensor ? nullptr : content_check(rule.member);
    if (check_data == nullptr) continue;
    if (Status status = check_data(rule.name, tensor); !status) return status;
  }
  if (problem.custom_positions && problem.bias.kind == BiasKind::distance_table) return check_distances(problem, tensors);
  return ok();
}

}  // namespace boresight
