// What the specification says of one call, written from it and from nothing of impl's: sizes, the order of columns
// [ mem_kv | memories | segment ], positions, and who sees whom by causality and window. A template, so that what is proved of
// terms is also tried on numbers, against the reference (ties_test.cc).
#pragma once

#include "properties/proofs/term.h"

namespace boresight::proofs {

template <class Whole, class Truth>
struct LayoutOf {
  Whole queries, segment, memories, mem_kv;  // n, S, M, P
  Whole left, right;                         // window sides; -1 hides nothing
  Truth causal;

  Whole columns() const { return mem_kv + memories + segment; }                  // K
  Whole query_position(Whole row) const { return segment - queries + row; }      // tq = S - n + i
  Whole key_position(Whole column) const { return column - mem_kv - memories; }  // tk = c - P - M
  Whole delta(Whole row, Whole column) const { return query_position(row) - key_position(column); }

  Truth is_persistent(Whole column) const { return column < mem_kv; }
  Truth is_memory(Whole column) const { return column >= mem_kv && column < mem_kv + memories; }

  // One side of the window: hidden where the side is not -1 and the key lies farther out than it.
  Truth within_left(Whole distance) const { return left == -1 || distance <= left; }
  Truth within_right(Whole distance) const { return right == -1 || -distance <= right; }
  // Rules 3 and 4: they never touch persistent columns.
  Truth in_sight(Whole distance) const { return (!causal || distance >= 0) && within_left(distance) && within_right(distance); }
  Truth visible(Whole row, Whole column) const { return is_persistent(column) || in_sight(delta(row, column)); }
};
using Layout = LayoutOf<Whole, Truth>;

}  // namespace boresight::proofs
