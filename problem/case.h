// Case: a Problem and how its inputs are made, small enough to be one line of text (problem/token.h).
// A Case with its seed fixes every input byte (problem/inputs.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem/kernel.h"
#include "problem/problem.h"

namespace boresight {

// A boolean tensor: absent, each entry true with probability `density`, the first or last `count` entries of every
// row true, or every entry spelled out (row-major; shorter bit strings repeat).
struct Mask {
  enum class Kind : std::uint8_t { absent, density, prefix, suffix, bits };
  Kind kind = Kind::absent;
  double density = 1;
  std::int64_t count = 0;
  std::vector<bool> bits;
  bool operator==(const Mask&) const = default;
};

// Which of a tensor's leading dimensions [B][H] are real and which are broadcast (size 1).
struct Broadcast {
  bool batch = false;  // true: one entry for all sequences
  bool heads = false;  // true: one entry for all heads
  bool operator==(const Broadcast&) const = default;
};

enum class Values : std::uint8_t {
  normal,    // about N(0, 1)
  integers,  // -2 .. 2
  large,     // about N(0, 1) * 8 in q and k
  tiny,      // about N(0, 1) * 2^-12
  equal,     // every key the same: all scores of a row equal but for the bias
  dominant,  // one key in sixteen is long: one score dominates a row
  offset,    // v about 10 +- 0.1
  probe      // q and k 0, v one-hot: entry c mod value_dim of column c is 1 + its kv head, so that out shows the weights
};

enum class Positions : std::uint8_t {
  ordered,   // no position tensors
  shuffled,  // a permutation of the ordered positions
  restart,   // starting again from 0 halfway through the segment
  doubled    // twice the ordered positions
};

// Memory order of q, k, v and out. All hold the same numbers.
enum class Layout : std::uint8_t {
  bhnd,     // contiguous
  bnhd,     // heads inside rows
  padded,   // rows 3 elements apart from each other
  strided,  // every second element
  reversed  // rows last to first (negative stride)
};

struct Case {
  Problem problem;
  Mask key_mask, memory_mask, attention_mask;
  Broadcast attention_mask_broadcast;
  Broadcast dense_broadcast;
  bool positions_broadcast = true;  // [1][..] position tensors; false: [B][..]
  double dense_hidden = 0;          // share of dense bias entries that are -inf
  Positions positions = Positions::ordered;
  Values values = Values::normal;
  Layout layout = Layout::bhnd;
  std::uint64_t seed = 0;
  Options options;
  std::string kernel;  // empty: any
  std::string law;     // empty: agreement
  bool operator==(const Case&) const = default;
};

// The problem's own ranges, and the recipe's: mask bits not longer than their tensor, and positions that the bias can take.
Status validate(const Case& a_case);

}  // namespace boresight
