// The right word nearest to a wrong one, for errors that say "did you mean causal?".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace boresight {

// Cost of turning one word into the other: 2 for each letter inserted, dropped or changed and each neighbouring pair
// swapped, 1 for a letter whose case changes.
int edit_distance(std::string_view from, std::string_view to);

// The candidate nearest to the word; empty where none shares at least half of its letters.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace boresight
