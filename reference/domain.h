// The domain of the problem (section 5 of reference/README.md): where every implementation has room to be right.
// A case outside it is skipped with the reason, never failed.
#pragma once

#include <string>

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/attention.h"

namespace boresight::reference {

// Why this head is outside the domain, in words with the place; empty: it is inside.
std::string outside_domain(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t b,
                           std::int64_t h, const Head& head);

}  // namespace boresight::reference
