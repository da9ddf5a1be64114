// The truth: attention in double, every row materialised, formula by formula as reference/README.md states it.
// It includes nothing of impl and shares no decision with it.
#pragma once

#include <string>
#include <vector>

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/matrix.h"
#include "reference/sequence.h"

namespace boresight::reference {

// One (sequence, query head). Columns are K' = zero_kv + K; with zero_kv, column 0 is the zero key.
struct Head {
  Matrix query;    // [n][D], turned
  Matrix key;      // [K'][D], turned where it has a position; rows hidden by rule 1 are zero, whatever the tensor holds
  Matrix value;    // [K'][Dv]; rows that nobody sees by rule 1 are zero, whatever the tensor holds
  Matrix bias;     // [n][K'], finite; a dense -inf is in `visible`
  Flags visible;   // [n][K']
  Matrix product;  // [n][K'], scale * <q', k'>
  Matrix scores;   // [n][K'], after bias and cap, hidden ones too
  Matrix weights;  // [n][K'], 0 where hidden
  Matrix out;      // [n][Dv]
  Vector lse;      // [n], -inf for an empty row without a sink
  Vector maximum;  // [n], the largest of visible scores and sink; -inf if there is none

  // What a bound on rounding errors needs. A pair that rotary turns counts by its norm, which no turn changes.
  Matrix query_size;  // [n][D - R/2], norms of the R/2 pairs (XPOS factors included), then |q| of the entries past R
  Matrix key_size;    // [K'][D - R/2]
  Matrix magnitude;   // [n][K'], <query_size, key_size> >= sum |q'||k'|, without the scale
  Matrix
      angle_magnitude;  // [n][K'], sum over pairs of inverse_frequency / interpolation * |q pair||k pair|; empty without rotary
  Vector query_turn;    // [n], |position| that a query is turned by; empty without rotary
  Vector key_turn;      // [K'], 0 for columns without a position; empty without rotary
};

struct Attention {
  std::vector<Head> heads;    // [B * H], sequence-major
  std::string out_of_domain;  // why this case is outside the domain; empty: inside
  Sequence sequence;          // the last one prepared: memory kept for the next call
};

// Problem and tensors are valid. Tensors::out and lse are not touched.
Attention attend(const Problem& problem, const Tensors& tensors);

// The same, reusing the memory of an earlier result.
void attend(const Problem& problem, const Tensors& tensors, Attention& result);

}  // namespace boresight::reference
