// Who sees whom: the four rules of section 4 of reference/README.md, each where it can be read off.
// Positions here are those of row and column order; custom positions never change visibility.
#pragma once

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/matrix.h"

namespace boresight::reference {

// tq(i) = S - n + i.
std::int64_t query_position(const Problem& problem, std::int64_t i);

// tk(c) = c - P - M, for c >= P.
std::int64_t key_position(const Problem& problem, std::int64_t c);

// Columns of a Head: K' = zero_kv + K. Column c of the problem is column first_column(problem) + c of a Head.
inline Index first_column(const Problem& problem) { return problem.zero_kv ? 1 : 0; }
inline Index head_columns(const Problem& problem) { return first_column(problem) + problem.columns(); }
// The first column of a Head that has a position.
inline Index first_positioned(const Problem& problem) { return first_column(problem) + problem.mem_kv; }

// Rule 1, [1][K']: the columns of sequence b that memory_mask and key_mask leave.
void present_columns(const Problem& problem, const Tensors& tensors, std::int64_t b, Flags& present);

// Rules 1, 3 and 4, [n][K'].
void visible_by_position(const Problem& problem, const Flags& present, Flags& visible);

// Rule 2: hides what the attention mask of (b, h) hides.
void apply_attention_mask(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, Flags& visible);

}  // namespace boresight::reference
