// Optimal string alignment over three rows of the table.
#include "problem/nearest.h"

#include <algorithm>
#include <vector>

namespace boresight {
namespace {

constexpr std::size_t word_max = 64;  // longer words are nobody's typing mistake

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter; }

int change(char from, char to) { return from == to ? 0 : (lower(from) == lower(to) ? 1 : 2); }

}  // namespace

int edit_distance(std::string_view from, std::string_view to) {
  std::vector<int> two_ago, ago, row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = 2 * int(j);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    two_ago = ago;
    ago = row;
    row[0] = 2 * int(i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      row[j] = std::min({ago[j] + 2, row[j - 1] + 2, ago[j - 1] + change(from[i - 1], to[j - 1])});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], two_ago[j - 2] + 2);
    }
  }
  return row[to.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  if (word.empty() || word.size() > word_max) return best;
  int least = int(word.size()) + 1;  // half of the letters at 2 each
  for (const std::string_view candidate : candidates)
    if (const int cost = edit_distance(word, candidate); cost < least) {
      least = cost;
      best = candidate;
    }
  return best;
}

}  // namespace boresight
