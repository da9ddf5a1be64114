// A case: the integers that a problem over the field and a way of running it are made from. What is printed where a law fails,
// read back by --case, and made smaller until nothing smaller fails.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "problem/result.h"

namespace boresight::field {

enum Bias : std::int64_t { no_bias, alibi, buckets, distance_table, dense, forget, bias_kinds };

// Sizes by their letters in the specification; the specification's defaults.
struct FieldCase {
  std::int64_t queries = 0, segment = 0, memories = 0, mem_kv = 0;
  std::int64_t heads = 1, kv_heads = 1, tiled = 0, width = 1;  // tiled: the head map; width: of a value
  std::int64_t left = -1, right = -1, causal = 0;              // window sides, -1: unlimited
  std::int64_t bias = no_bias;
  std::int64_t zero_key = 0, sink = 0;
  std::int64_t hidden_keys = 0, hidden_pairs = 0;            // percent hidden by key and memory masks; by the attention mask
  std::int64_t opposite = 0;                                 // weights of persistent keys cancel in pairs
  std::int64_t tile_queries = 1, tile_keys = 1, splits = 1;  // how it is run
  std::int64_t seed = 0;

  std::int64_t columns() const { return mem_kv + memories + segment; }
  bool operator==(const FieldCase&) const = default;
};

// One integer of a case: its word, and its range, of which the least is the plainest.
struct CaseField {
  std::string_view word;
  std::int64_t FieldCase::* member;
  std::int64_t least, most;
};
std::span<const CaseField> case_fields();

// Case `number` of a seed: mostly small; one in eight past every tile; one in sixty with columns past 16 bits.
FieldCase drawn_case(std::uint64_t seed, std::int64_t number);

// "queries=1,segment=3": every field that is not at its default.
std::string words_of(const FieldCase& c);
Result<FieldCase> case_of(std::string_view words);

// What is the matter with a case as a whole; or success.
Status valid(const FieldCase& c);

// The smallest case that is found to fail still, by cutting one field at a time.
FieldCase smallest(FieldCase c, const std::function<bool(const FieldCase&)>& fails);

}  // namespace boresight::field
