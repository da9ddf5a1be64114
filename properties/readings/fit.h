// Whether a reading explains what a kernel computed, and whether a call has the power to show a reading at all.
// Both rest on the certified bound of the reading itself: what fits is within it, element by element.
#pragma once

#include <cstdint>
#include <optional>

#include "problem/arithmetic.h"
#include "problem/kernel.h"
#include "properties/call.h"
#include "properties/compare.h"
#include "properties/readings/decisions.h"
#include "properties/readings/products.h"

namespace boresight::properties::readings {

// What a kernel that declares `arithmetic` computed on a call, and the truth.
struct Observation {
  const Call& call;
  const Arithmetic& arithmetic;
  const Certified& certified;
  const Results& results;
  BookProducts* shared = nullptr;  // of this call: saves time where many readings are tried
};

// The first element that is outside the truth's bound, lowest (b, h, i, d), out before lse.
std::optional<Mismatch> first_wrong(const Observation& seen);

// Every element is within the reading's bound, and the reading is somewhere outside the truth's. `wrong` is an element
// outside the truth's bound: its row is tried first.
bool fits(const Decisions& reading, const Observation& seen, const Mismatch& wrong);

enum class Seen : std::uint8_t { in_out, in_out_or_lse };
inline Seen seen_of(const Kernel& kernel) { return kernel.without_lse ? Seen::in_out : Seen::in_out_or_lse; }

// Some element of the reading is farther from the truth than both bounds together: no kernel passes that computes it.
bool shows(const Decisions& reading, const Call& call, const Arithmetic& arithmetic, const Certificate& certified,
           BookProducts* shared = nullptr, Seen where = Seen::in_out_or_lse);

}  // namespace boresight::properties::readings
