// The kernels of `build/release/misreadings`: the specification as each reading has it, two readings at once, and by the book.
// What the judge must catch, each alone, and the one that it must not.
#include "problem/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "properties/readings/misread_kernel.h"

namespace boresight {
namespace {

namespace readings = properties::readings;

constexpr std::pair<const char*, const char*> pairs[] = {
    {"bias-built-over-persistent-kv", "memory-mask-forced-true"},     {"xl-bias-not-shifted-by-mem-len", "window-one-too-wide"},
    {"causal-sees-one-future-key", "gqa-tile-instead-of-interleave"}, {"alibi-sign-flipped", "sink-ignored"},
    {"rope-restarts-at-zero-with-cache", "causal-top-left"},          {"softcap-ignored", "key-mask-polarity-inverted"},
};

const readings::Reading& named(std::string_view id) {
  const readings::Reading* const found = readings::find_reading(id);
  assert(found != nullptr);
  return *found;
}

Kernel both(std::string_view first, std::string_view second) {
  return readings::misread_kernel(fmt::format("misread/{}+{}", first, second),
                                  [&a = named(first), &b = named(second)](const Problem& p) {
                                    readings::Decisions decisions = readings::under(a, p);
                                    b.apply(decisions);
                                    return decisions;
                                  });
}

}  // namespace

const std::vector<Kernel>& registered_kernels() {
  static const std::vector<Kernel> kernels = [] {
    std::vector<Kernel> rows{readings::misread_kernel("misread/by-the-book", readings::by_the_book)};
    for (const readings::Reading& reading : readings::all_readings()) rows.push_back(readings::misread_kernel(reading));
    for (const auto& [first, second] : pairs) rows.push_back(both(first, second));
    return rows;
  }();
  return kernels;
}

}  // namespace boresight
