// A bias by distance with a table whose origin is that of another call: distances are off by one number, which is fitted.
// Last of all: so free a reading explains much that a plainer one says better.
#include "properties/readings/helpers.h"
#include "properties/readings/sections.h"

#include <array>
#include <utility>

namespace boresight::properties::readings {
namespace {

constexpr Int farthest = 64;

template <Int shift>
void apply_shift(Decisions& d) {
  if (by_order(d.problem)) d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) + shift; };
}
template <Int shift>
std::string shift_words(const Problem& p) {
  return distance_words(p, "the bias is that of a call with another origin", origin(p) + shift);
}
std::span<const Reading> every_shift();

template <Int shift>
constexpr Reading shifted() {
  return {"cached-bias-sliced-top-left",
          "lucidrains/x-transformers#153",
          "bias-origin",
          apply_shift<shift>,
          shift_words<shift>,
          "a bias by distance, positions by order",
          "causal ALiBi with an origin at or past the right one and nothing beside the tokens: a constant of the row, so that "
          "lse alone shows it",
          nullptr,
          every_shift};
}

// 3 first, the origin of an earlier call with three more keys cached; then 1, -1, 2, -2, ..
template <std::size_t... k>
constexpr std::array<Reading, sizeof...(k) + 1> shifts(std::index_sequence<k...>) {
  return {shifted<3>(), shifted<(k % 2 == 0 ? Int(k / 2 + 1) : -Int(k / 2 + 1))>()...};
}

constexpr std::array table = shifts(std::make_index_sequence<2 * farthest>());

std::span<const Reading> every_shift() { return table; }

}  // namespace

std::span<const Reading> shifts_readings() { return std::span(table).first(1); }

}  // namespace boresight::properties::readings
