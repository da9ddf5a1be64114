// The subject: what is judged, as functions, so that a law knows none of its types and a test can plant a fault in one of
// them. subject.cc and its kin, the only sources of this program that see impl/,
// make them of online_softmax.h and geometry.h.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "properties/proofs/field/field_problem.h"
#include "properties/proofs/field/plain_sum.h"

namespace boresight::field {

// The state of a row: (m, l) and the value sums in the scale of m.
struct State {
  Score reference{};
  Weight denominator{};
  std::vector<Weight> sums;  // padded
  bool any = false;
  bool operator==(const State&) const = default;
};

// What a state stands for, whatever its reference: what laws compare, without a division.
Sums sums_of(const State& state, std::int64_t width);

// A row that is done.
struct Output {
  std::vector<Weight> values;  // padded
  LogSum log_sum;
  bool operator==(const Output&) const = default;
};

struct Span {
  std::int32_t begin, end;  // [begin, end)
};

struct Subject {
  // All rows of all heads, [heads][queries], run as the case says: tiles and splits. Without zero key and sink. By the loops of
  // the scalar kernel, of simd/flash and of simd/decode.
  std::function<std::vector<State>(const FieldProblem&)> attend, attend_listed, attend_in_parts;
  // The column tiles that these rows must visit.
  std::function<std::vector<Span>(const FieldProblem&, Span rows)> tiles;
  // One tile of one head for these rows, absorbed into their states.
  std::function<void(const FieldProblem&, std::int64_t head, Span rows, Span tile, std::vector<State>&)> attend_tile;
  std::function<State(const FieldProblem&)> empty;
  std::function<void(State& row, Score score)> absorb_without_value;
  std::function<void(State& row, State& part)> merge;
  std::function<void(State& row, Score reference)> rescale;
  std::function<Output(State row)> finish;
};

Subject impl_subject();

// The scores without a value that end a row: the zero key's and the sink's.
void end_row(const Subject& subject, const FieldProblem& f, std::int64_t head, State& state);

}  // namespace boresight::field
