// The arithmetic that a kernel shows: a ladder of declarations from tight to loose, and the tightest under whose certified bound
// its outputs lie. An upper bound on what these cases showed, no proof of what the kernel does.
#pragma once

#include <span>
#include <string_view>

#include "properties/identify/card.h"
#include "properties/identify/sights.h"

namespace boresight::properties::identify {

struct Rung {
  std::string_view name;
  void (*loosen)(Arithmetic& arithmetic);  // from f32 throughout
};

// Tight first.
std::span<const Rung> ladder();

// The arithmetic of a rung: f32 throughout, in the order of the entries, loosened.
Arithmetic arithmetic_of(const Rung& rung, const Problem& problem);

Row arithmetic_seen(const Kernel& kernel, const Fitting& fitting, std::uint64_t seed, Stages& stages);

}  // namespace boresight::properties::identify
