// Three ways of running all rows of all heads, by the loops of the three kernels: scalar's attend_rows, head by head;
// simd/flash's, which lists the columns of a key/value head once for all rows of the heads that read it, and goes over them by
// groups of rows;
// simd/decode's, which goes over fixed parts for those heads together, by what each row views of a tile, and merges them at the
// end.
#pragma once

#include <vector>

#include "properties/proofs/field/subject.h"
#include "properties/proofs/field/subject_head.h"

namespace boresight::field {

std::vector<State> attend_row_by_row(const FieldProblem& f);
std::vector<State> attend_listed(const FieldProblem& f);
std::vector<State> attend_in_parts(const FieldProblem& f);

inline State copy_of(const impl::RowState<Field>& row, std::int32_t width) {
  return {row.reference, row.denominator, std::vector<Weight>(row.sums, row.sums + width), row.any};
}

// [heads][queries]: states of rows that nobody has run.
inline std::vector<State> nobodys_states(const FieldProblem& f, std::int32_t width) {
  return std::vector<State>(std::size_t(f.c.heads * f.c.queries), State{{}, {}, std::vector<Weight>(std::size_t(width)), false});
}

}  // namespace boresight::field
