#include "properties/vector_positions.h"

#include <limits>

namespace boresight::properties {
namespace {

constexpr Entries int32{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max(), true, false};

Positions read_pair(Fields& inputs, const Problem& p, const char* query, const char* key) {
  return {inputs.array(query, {{{p.batch, true}, {p.queries}}}, int32),
          inputs.array(key, {{{p.batch, true}, {p.memories + p.segment}}}, int32)};
}

// rotary_pos; absent where the keys stand at -M .. S-1. Query i stands where column M + S - n + i does.
std::optional<Positions> read_rotary_positions(Fields& inputs, const Problem& p, Complaint& complaint) {
  const std::int64_t columns = p.memories + p.segment;
  Array key = inputs.array("rotary_pos", {{{p.batch, true}, {columns}}}, int32);
  bool ordered = true;
  for (std::size_t i = 0; i < key.values.size(); ++i) ordered &= key.values[i] == double(std::int64_t(i) % columns - p.memories);
  if (complaint || ordered) return {};
  if (p.queries > columns) {
    complaint.that("inputs.rotary_pos has fewer columns than queries", "expected query_positions and key_positions");
    return {};
  }
  Array query{{key.shape[0], p.queries}, {}};
  for (std::int64_t b = 0; b < key.shape[0]; ++b) {
    const auto end = key.values.begin() + (b + 1) * columns;
    query.values.insert(query.values.end(), end - p.queries, end);
  }
  return Positions{std::move(query), std::move(key)};
}

// The bias goes by distance, so that positions move it.
bool goes_by_distance(BiasKind kind) { return kind != BiasKind::none && kind != BiasKind::dense; }

}  // namespace

std::optional<Positions> read_positions(Fields& inputs, const Problem& problem, Complaint& complaint) {
  if (inputs.has("query_positions") || inputs.has("key_positions")) {
    if (problem.custom_positions)
      complaint.that("inputs.query_positions beside bias \"alibi_positions\"", "expected bias \"alibi\"");
    return read_pair(inputs, problem, "query_positions", "key_positions");
  }
  std::optional<Positions> of_bias, of_rotary;
  if (problem.custom_positions) of_bias = read_pair(inputs, problem, "bias_q_pos", "bias_k_pos");
  if (problem.rotary.dims == 0) return of_bias;
  if (inputs.has("rotary_pos")) of_rotary = read_rotary_positions(inputs, problem, complaint);
  if (goes_by_distance(problem.bias.kind) && of_bias != of_rotary)
    complaint.that("inputs.rotary_pos differs from the positions of the bias", "expected the same");
  return of_rotary;
}

}  // namespace boresight::properties
