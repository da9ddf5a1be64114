// What all heads of one sequence share: where rows and columns stand, how they turn, and who sees whom by rules 1, 3, 4.
// It is computed once a sequence, and its memory is reused.
#pragma once

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/matrix.h"
#include "reference/rotary.h"

namespace boresight::reference {

struct Sequence {
  Vector query_position;  // [n], custom or by order: what bias and rotary go by
  Vector key_position;    // [M+S]
  Matrix distance;        // [n][M+S], query_position - key_position
  Integers bucket;        // [n][M+S], of a relative_buckets bias, else empty
  Vector frequency;       // [R/2], inverse frequencies; empty without rotary
  Turns query_turns;      // [n][R/2]
  Turns key_turns;        // [M+S][R/2]
  Flags present;          // [1][K'], rule 1
  Flags visible;          // [n][K'], rules 1, 3 and 4
};

// Fills `sequence` for sequence b. Sequences are prepared in order, from 0: what they share is kept from the one before.
void prepare(const Problem& problem, const Tensors& tensors, std::int64_t b, Sequence& sequence);

}  // namespace boresight::reference
