// A problem over the field: the data of a case. Keys lie in three parts, as in Tensors, and are never joined; a query and a
// key are bits, and their product is a number made of both, so that no two pairs are alike. No decisions: who sees whom and
// what bias is added is stated by plain_sum.h, and apart from it by what is judged.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "properties/proofs/field/field.h"
#include "properties/proofs/field/field_case.h"

namespace boresight::field {

struct Key {
  std::uint64_t bits = 0;
  bool same_for_all = false;  // the product with every query is `bits`, a number; else it is made of both
};

// Keys of one part: mem_kv, memories or segment.
struct Part {
  std::int64_t length = 0;
  std::vector<Key> keys;            // [kv_heads][length]
  std::vector<Weight> values;       // [kv_heads][length][width]
  std::vector<std::uint8_t> shown;  // [length], 0: hidden by the part's mask; persistent ones never are
};

struct FieldProblem {
  FieldCase c;
  std::vector<std::uint64_t> queries;        // [heads][queries]
  std::array<Part, 3> parts;                 // mem_kv, memories, segment
  std::vector<std::uint8_t> attention_mask;  // [heads][queries][columns]; absent: nothing hidden
  std::vector<std::int64_t> slopes;          // [heads]
  std::vector<std::int64_t> bucket_table;    // [heads][16]
  std::vector<std::int64_t> distance_table;  // [heads][memories + segment + queries - 1]
  std::vector<std::int64_t> dense_bias;      // [heads][queries][memories + segment]
  std::vector<std::int64_t> forget_gates;    // [heads][memories + segment]
  std::vector<Score> sinks;                  // [heads]
  std::vector<std::int64_t> row_constants;   // [heads][queries], added to every score of a row
};

inline constexpr std::int64_t bucket_count = 16;

FieldProblem problem_of(const FieldCase& c);

// q * k.
inline std::int64_t product(std::uint64_t query, const Key& key) {
  return key.same_for_all ? std::int64_t(key.bits) : std::int64_t(mix(query ^ mix(key.bits)) >> 33);
}

// The key and value head that a query head reads: h mod G, or heads in groups side by side. For the plain sum and the laws.
inline std::int64_t kv_head_of(const FieldCase& c, std::int64_t head) {
  return c.tiled == 1 ? head % c.kv_heads : head / (c.heads / c.kv_heads);
}

// What a wrong index reads: something that belongs to nobody.
inline Key stray(Key, std::int64_t index) { return {mix(std::uint64_t(index)), false}; }
inline Weight stray(Weight, std::int64_t index) { return {std::uint32_t(mix(std::uint64_t(index)) % prime)}; }
template <std::integral I>
I stray(I, std::int64_t index) {
  return I(mix(std::uint64_t(index)) >> 40);
}

// An element where it lies inside; and a wrong index is a wrong number, no crash.
template <class T>
T element(const std::vector<T>& data, std::int64_t index) {
  return index >= 0 && index < std::int64_t(data.size()) ? data[std::size_t(index)] : stray(T{}, index);
}

}  // namespace boresight::field
