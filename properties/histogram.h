// How near to the bound a row of evidence came: its verdicts counted by error / bound, in bins by powers of two. The bins are
// fixed, so that the counts of shards add up.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace boresight::properties {

// Bin 0: exactly 0, as bitwise laws give. Bin k: above the end of bin k - 1, up to 2^(k - 17); the last ends at 1, the bound.
inline constexpr std::size_t histogram_bins = 18;
using Histogram = std::array<std::int64_t, histogram_bins>;

inline double histogram_end(std::size_t bin) { return bin == 0 ? 0 : std::ldexp(1.0, int(bin) + 1 - int(histogram_bins)); }

// 0 <= largest <= 1: what is above has failed.
inline std::size_t histogram_bin(double largest) {
  std::size_t bin = 0;
  while (bin + 1 < histogram_bins && !(largest <= histogram_end(bin))) ++bin;
  return bin;
}

}  // namespace boresight::properties
