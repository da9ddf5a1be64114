// Every layout up to a bound. A layout is (P, M, S, n, causal, window, head map, key mask, memory mask): all that decides who
// sees whom and where a bias stands. Layouts that differ in their masks alone share a call: each is one of its sequences.
//
//   P, M, S, n          0 .. bound, n above S too
//   window, left        unlimited, 0 .. M+S-1: the largest distance is M+S-1, so the last hides nothing, as unlimited does
//   window, right       unlimited, 0 .. n-1: the farthest future is n-1
//   masks               all 2^S of keys and all 2^M of memories
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "problem/case.h"

namespace boresight::properties::exhaustive {

inline constexpr std::int64_t bound_max = 6;  // 140 million layouts, 4096 of them in a call

// All layouts with these, one a pair of masks.
struct Layouts {
  std::int64_t mem_kv = 0, memories = 0, segment = 0, queries = 0;
  bool causal = false;
  Window window;
  HeadMap head_map = HeadMap::grouped;

  std::int64_t count() const { return std::int64_t{1} << (segment + memories); }
};

// From the fewest rows and columns to the most, so that what is found first is small.
std::vector<Layouts> layouts_up_to(std::int64_t bound);

// A way to hand layouts to a kernel: what is set in their calls.
struct Way {
  std::int64_t largest;  // of layouts whose sizes are all up to this
  void (*set)(Case&);
};

// The first is handed over at every size. In an order that keeps together what has one truth.
std::span<const Way> ways();

// The call: ALiBi, 4 query heads on 2 key/value heads, so that both head maps differ; scale 1/2, which no bias takes; q and k
// zero and v one-hot, so that its output is its weights. Sequence b hides the keys of b's low S bits, and the memories of the M
// bits above. Then what the way sets; nothing where the way is not for such layouts.
std::optional<Case> case_of(const Layouts& layouts, const Way& way);

// One sequence of such a call as a call of its own.
Case alone(const Case& call, std::int64_t sequence);

}  // namespace boresight::properties::exhaustive
