// A law: one statement that every correct kernel keeps, with its preconditions. Framework-free: (case, kernel) -> verdict.
// The table laws() is the one list; a file beside it holds each law.
#pragma once

#include <string_view>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/draw/choices.h"
#include "properties/verdict.h"

namespace boresight::properties {

struct Law {
  std::string_view name;
  std::string_view statement;
  // Bends a drawn case toward the preconditions, which the law checks all the same. The case stays valid.
  void (*prepare)(Case&, Choices&);
  // The kernel is available. A case whose preconditions fail, or that the kernel doesn't support, is Skipped.
  Verdict (*judge)(const Case&, const Kernel&);
};

// In the order in which they run; agreement first.
const std::vector<Law>& laws();

// The law that cases without one are held to, and what counts as power.
inline constexpr std::string_view agreement_name = "agrees_with_reference";
const Law& agreement();

// The law of this name, or null.
const Law* find_law(std::string_view name);

}  // namespace boresight::properties
