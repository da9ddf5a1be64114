// The recipes of input values (bs1: any change of a byte is bs2). Each element is a pure function of the seed, its tensor
// and coordinates that stay when sizes shrink: rows and columns are counted from the end of their part, distances and
// positions by value. All doubles are exact; the one rounding is to the element's type (to f32 first for parameters).
#include "problem/fill.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "problem/rows.h"
#include "problem/values.h"

namespace boresight {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <Type type, class Value>
void fill_row(const Row& row, std::uint64_t bits, Value value) {
  std::byte* const data = row.data;
  const std::int64_t count = row.count, stride = row.stride;
  for (std::int64_t d = 0; d < count; ++d) store(data, type, d * stride, value(element_bits(bits, d)));
}

// How q, keys and values come from 64 bits: small integers, or base + factor * normal.
struct Recipe {
  bool integers = false;
  double base = 0;
  double factor = 1;
};

template <Type type>
void fill_row(const Row& row, std::uint64_t bits, const Recipe& recipe, double length) {
  if (recipe.integers) return fill_row<type>(row, bits, small_integer);
  const double base = recipe.base, factor = recipe.factor * length;
  fill_row<type>(row, bits, [=](std::uint64_t x) { return base + factor * normal(x); });
}

void fill_row(Type type, const Row& row, std::uint64_t bits, const Recipe& recipe, double length = 1) {
  switch (type) {
    case Type::f64:
      return fill_row<Type::f64>(row, bits, recipe, length);
    case Type::f32:
      return fill_row<Type::f32>(row, bits, recipe, length);
    case Type::bf16:
      return fill_row<Type::bf16>(row, bits, recipe, length);
    case Type::f16:
      return fill_row<Type::f16>(row, bits, recipe, length);
    default:
      return;
  }
}

Recipe query_and_key_recipe(Values values) {
  switch (values) {
    case Values::integers:
      return {true, 0, 1};
    case Values::large:
      return {false, 0, 8};
    case Values::tiny:
      return {false, 0, 0x1p-12};
    case Values::probe:
      return {false, 0, 0};
    default:
      return {};
  }
}

Recipe value_recipe(Values values) {
  switch (values) {
    case Values::integers:
      return {true, 0, 1};
    case Values::tiny:
      return {false, 0, 0x1p-12};
    case Values::offset:
      return {false, 10, 0x1.ap-4};  // 0.1015625, so that the sum is exact
    default:
      return {};
  }
}

enum class Order : std::uint8_t { from_start, from_end };

// visit(row, bits): each row with its bits, rows counted from the start (mem_kv) or the end (the rest) of their part.
template <class Visit>
void each_row_bits(const Tensor& tensor, std::uint64_t seed, Source source, Order order, Visit visit) {
  const std::int64_t rows = tensor.rank >= 2 ? tensor.shape[tensor.rank - 2] : 1;
  std::uint64_t head = 0;
  each_row(tensor, [&](const Row& row) {
    if (row.index[2] == 0) head = head_bits(seed, source, row.index[0], row.index[1]);
    visit(row, element_bits(head, order == Order::from_end ? rows - 1 - row.index[2] : row.index[2]));
  });
}

void fill_rows(const Tensor& tensor, std::uint64_t seed, Source source, Order order, const Recipe& recipe) {
  each_row_bits(tensor, seed, source, order,
                [&](const Row& row, std::uint64_t bits) { fill_row(tensor.type, row, bits, recipe); });
}

// Equal: every key of a head is the same in all three parts and sequences. Dominant: one key in sixteen is 8 times longer.
void fill_keys(const Tensor& tensor, const Case& a_case, Source source, Order order) {
  const Recipe recipe = query_and_key_recipe(a_case.values);
  const bool equal = a_case.values == Values::equal, dominant = a_case.values == Values::dominant;
  each_row_bits(tensor, a_case.seed, source, order, [&](const Row& row, std::uint64_t bits) {
    if (equal) bits = row_bits(a_case.seed, Source::segment_k, 0, row.index[1], 0);
    const bool is_long = dominant && (element_bits(bits, -1) & 15u) == 0;
    fill_row(tensor.type, row, bits, recipe, is_long ? 8 : 1);
  });
}

// One-hot rows, of a part whose first row is column `first`: entry (column mod width) is 1 + the kv head.
void fill_one_hot(const Tensor& tensor, std::int64_t first) {
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d) store(row.data, tensor.type, d * row.stride, 0);
    store(row.data, tensor.type, (first + row.index[2]) % row.count * row.stride, double(1 + row.index[1]));
  });
}

void fill_values(const Case& a_case, const Tensors& tensors) {
  const Problem& p = a_case.problem;
  if (a_case.values == Values::probe) {
    fill_one_hot(tensors.mem_v, 0);
    fill_one_hot(tensors.memory_v, p.mem_kv);
    return fill_one_hot(tensors.segment_v, p.mem_kv + p.memories);
  }
  const Recipe recipe = value_recipe(a_case.values);
  fill_rows(tensors.mem_v, a_case.seed, Source::mem_v, Order::from_start, recipe);
  fill_rows(tensors.memory_v, a_case.seed, Source::memory_v, Order::from_end, recipe);
  fill_rows(tensors.segment_v, a_case.seed, Source::segment_v, Order::from_end, recipe);
}

// The coordinate of column c, with c = 0 the first memory and persistent columns below it: one count for each part,
// interleaved, so that no part's size moves another's columns.
std::int64_t column_coordinate(const Problem& p, std::int64_t c) {
  if (c < 0) return 3 * (c + p.mem_kv) + 2;
  if (c < p.memories) return 3 * (p.memories - 1 - c) + 1;
  return 3 * (p.segment - 1 - (c - p.memories));
}

// entry(coordinate) of each column is true with probability density.
template <class Coordinate>
void fill_mask_row(const Mask& mask, const Row& row, std::uint64_t bits, Coordinate coordinate) {
  const auto out = reinterpret_cast<std::uint8_t*>(row.data);
  switch (mask.kind) {
    case Mask::Kind::absent:
      return;
    case Mask::Kind::density:
      for (std::int64_t d = 0; d < row.count; ++d) out[d] = uniform(element_bits(bits, coordinate(d))) < mask.density;
      return;
    case Mask::Kind::prefix:
      for (std::int64_t d = 0; d < row.count; ++d) out[d] = d < mask.count;
      return;
    case Mask::Kind::suffix:
      for (std::int64_t d = 0; d < row.count; ++d) out[d] = d >= row.count - mask.count;
      return;
    case Mask::Kind::bits:
      for (std::int64_t d = 0; d < row.count; ++d) out[d] = mask.bits[std::size_t(row.number * row.count + d) % mask.bits.size()];
  }
}

void fill_masks(const Case& a_case, const Tensors& tensors) {
  const Problem& p = a_case.problem;
  const auto from_end = [](std::int64_t size) { return [size](std::int64_t d) { return size - 1 - d; }; };
  each_row_bits(tensors.key_mask, a_case.seed, Source::key_mask, Order::from_start,
                [&](const Row& row, std::uint64_t bits) { fill_mask_row(a_case.key_mask, row, bits, from_end(p.segment)); });
  each_row_bits(tensors.memory_mask, a_case.seed, Source::memory_mask, Order::from_start,
                [&](const Row& row, std::uint64_t bits) { fill_mask_row(a_case.memory_mask, row, bits, from_end(p.memories)); });
  each_row_bits(
      tensors.attention_mask, a_case.seed, Source::attention_mask, Order::from_end, [&](const Row& row, std::uint64_t bits) {
        fill_mask_row(a_case.attention_mask, row, bits, [&](std::int64_t d) { return column_coordinate(p, d - p.mem_kv); });
      });
}

// Fills a parameter tensor with value(row, bits of the row, d), rounded to f32.
template <class Value>
void fill_parameter(const Tensor& tensor, std::uint64_t seed, Source source, Order order, Value value) {
  each_row_bits(tensor, seed, source, order, [&](const Row& row, std::uint64_t bits) {
    for (std::int64_t d = 0; d < row.count; ++d)
      store(row.data, tensor.type, d * row.stride, double(static_cast<float>(value(row, bits, d))));
  });
}

bool one_in_eight(std::uint64_t bits) { return (mix(bits) & 7u) == 0; }

// Slopes fall with the head as real ones do, 2^-1 .. 2^-8, each between 1/16 of that and all of it; one in eight is 0.
double slope(std::uint64_t bits, std::int64_t head) {
  return one_in_eight(bits) ? 0 : std::ldexp((1 + 15 * uniform(bits)) / 16, -int(1 + head % 8));
}

// A running sum of log gates: falls by (1 + h mod 4) / 8 a step, give or take 1/16.
double forget(std::uint64_t bits, std::int64_t head, std::int64_t t) {
  return -double(t) * (double(1 + head % 4) / 8) - uniform(bits) / 16;
}

void fill_dense(const Case& a_case, const Tensor& tensor) {
  const Problem& p = a_case.problem;
  const double hidden = a_case.dense_hidden;
  fill_parameter(tensor, a_case.seed, Source::dense, Order::from_end, [&](const Row&, std::uint64_t bits, std::int64_t d) {
    return normal(element_bits(bits, column_coordinate(p, d)));
  });
  if (!(hidden > 0)) return;
  each_row_bits(tensor, a_case.seed, Source::dense_hidden, Order::from_end, [&](const Row& row, std::uint64_t bits) {
    for (std::int64_t d = 0; d < row.count; ++d)
      if (uniform(element_bits(bits, column_coordinate(p, d))) < hidden) store(row.data, tensor.type, d * row.stride, -infinity);
  });
}

void fill_parameters(const Case& a_case, const Tensors& tensors) {
  const Problem& p = a_case.problem;
  const auto parameter = [&](const Tensor& tensor, Source source, auto value) {
    fill_parameter(tensor, a_case.seed, source, Order::from_start, value);
  };
  using Bits = std::uint64_t;
  using Index = std::int64_t;
  parameter(tensors.slopes, Source::slopes, [](const Row&, Bits bits, Index h) { return slope(element_bits(bits, h), h); });
  parameter(tensors.bucket_table, Source::bucket_table,
            [](const Row&, Bits bits, Index h) { return normal(element_bits(bits, h)); });
  parameter(tensors.distance_table, Source::distance_table,
            [&](const Row&, Bits bits, Index d) { return normal(element_bits(bits, d - (p.queries - 1))); });
  fill_dense(a_case, tensors.dense);
  parameter(tensors.forget, Source::forget, [&](const Row& row, Bits bits, Index c) {
    return forget(element_bits(bits, column_coordinate(p, c)), row.index[2], c - p.memories);
  });
  parameter(tensors.sinks, Source::sinks, [](const Row&, Bits bits, Index h) {
    const Bits mixed = element_bits(bits, h);
    return one_in_eight(mixed) ? -infinity : normal(mixed);
  });
  parameter(tensors.inverse_frequency, Source::inverse_frequency,
            [](const Row&, Bits bits, Index r) { return std::ldexp(0.5 + uniform(element_bits(bits, r)) / 2, -int(r)); });
  parameter(tensors.xpos_scale, Source::xpos_scale,
            [](const Row&, Bits bits, Index r) { return 0.3125 + 0.6875 * uniform(element_bits(bits, r)); });
}

// The positions first, first + 1, .. in an order given by the row's bits; a position's place in it depends on its
// distance from the end alone.
std::vector<std::int64_t> shuffled(std::int64_t first, std::int64_t count, std::uint64_t bits) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> order;
  order.reserve(std::size_t(count));
  for (std::int64_t i = 0; i < count; ++i) order.emplace_back(element_bits(bits, count - 1 - i), first + i);
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> positions;
  for (const auto& [key, position] : order) positions.push_back(position);
  return positions;
}

// Positions of queries or keys that stand, in order, at first, first + 1, ..
void fill_positions(const Case& a_case, const Tensor& tensor, Source source, std::int64_t first) {
  const std::int64_t half = a_case.problem.segment / 2;
  each_row(tensor, [&](const Row& row) {
    const auto out = reinterpret_cast<std::int32_t*>(row.data);
    std::vector<std::int64_t> permutation;
    if (a_case.positions == Positions::shuffled)
      permutation = shuffled(first, row.count, row_bits(a_case.seed, source, row.index[2]));
    for (std::int64_t i = 0; i < row.count; ++i) {
      const std::int64_t t = first + i;
      switch (a_case.positions) {
        case Positions::ordered:
          out[i] = std::int32_t(t);
          break;
        case Positions::shuffled:
          out[i] = std::int32_t(permutation[std::size_t(i)]);
          break;
        case Positions::restart:
          out[i] = std::int32_t(t < half ? t : t - half);
          break;
        case Positions::doubled:
          out[i] = std::int32_t(2 * t);
          break;
      }
    }
  });
}

}  // namespace

void fill(const Case& a_case, const Tensors& tensors) {
  const Problem& p = a_case.problem;
  fill_rows(tensors.q, a_case.seed, Source::q, Order::from_end, query_and_key_recipe(a_case.values));
  fill_keys(tensors.mem_k, a_case, Source::mem_k, Order::from_start);
  fill_keys(tensors.memory_k, a_case, Source::memory_k, Order::from_end);
  fill_keys(tensors.segment_k, a_case, Source::segment_k, Order::from_end);
  fill_values(a_case, tensors);
  fill_masks(a_case, tensors);
  fill_parameters(a_case, tensors);
  fill_positions(a_case, tensors.query_positions, Source::query_positions, p.segment - p.queries);
  fill_positions(a_case, tensors.key_positions, Source::key_positions, -p.memories);
}

}  // namespace boresight
