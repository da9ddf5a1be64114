#include "bench/limit_loops.h"

#include <algorithm>
#include <cctype>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/limit_loops.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::bench {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Twelve chains: two a cycle, four or five cycles each, are hidden by ten, and the sixteen registers of AVX2 hold them.
float MultiplyAdds(std::int64_t rounds) {
  const hn::ScalableTag<float> f;
  const auto x = hn::Set(f, 0.5f), y = hn::Set(f, 0.25f);  // a -> a / 2 + 1 / 4 stays, and is no subnormal
  // From different starts: of equal chains the compiler would keep one.
  const auto from = [f](float start) { return hn::Set(f, start); };
  auto a = from(1), b = from(2), c = from(3), d = from(4), e = from(5), g = from(6);
  auto h = from(7), i = from(8), j = from(9), k = from(10), l = from(11), m = from(12);
  for (; rounds > 0; --rounds) {
    a = hn::MulAdd(a, x, y), b = hn::MulAdd(b, x, y), c = hn::MulAdd(c, x, y), d = hn::MulAdd(d, x, y);
    e = hn::MulAdd(e, x, y), g = hn::MulAdd(g, x, y), h = hn::MulAdd(h, x, y), i = hn::MulAdd(i, x, y);
    j = hn::MulAdd(j, x, y), k = hn::MulAdd(k, x, y), l = hn::MulAdd(l, x, y), m = hn::MulAdd(m, x, y);
  }
  a = hn::Add(hn::Add(a, b), hn::Add(c, d));
  e = hn::Add(hn::Add(e, g), hn::Add(h, i));
  j = hn::Add(hn::Add(j, k), hn::Add(l, m));
  return hn::GetLane(hn::Add(a, hn::Add(e, j)));
}

double FlopPerRound() { return 12 * 2 * double(hn::Lanes(hn::ScalableTag<float>())); }

// Four streams, each prefetched a kilobyte ahead: one core alone has too few reads under way else. (Measured on a Cascade Lake,
// GB/s out of memory: 10.7 in one stream, 11.9 in two, 12.3 in four, 12.9 with the prefetches.)
std::uint32_t Reads(const std::byte* from, std::size_t bytes) {
  constexpr std::size_t streams = 4, line = 64, ahead = 1024;
  const hn::ScalableTag<std::uint32_t> u;
  const std::size_t stream = bytes / streams / line * line;
  auto a = hn::Zero(u), b = a, c = a, d = a;
  for (std::size_t at = 0; at < stream; at += line) {
    const std::byte *first = from + at, *second = first + stream, *third = second + stream, *fourth = third + stream;
    for (const std::byte* next : {first, second, third, fourth}) hwy::Prefetch(next + ahead);
    for (std::size_t k = 0; k < line; k += hn::Lanes(u) * sizeof(std::uint32_t)) {
      a = hn::Or(a, hn::LoadU(u, reinterpret_cast<const std::uint32_t*>(first + k)));
      b = hn::Or(b, hn::LoadU(u, reinterpret_cast<const std::uint32_t*>(second + k)));
      c = hn::Or(c, hn::LoadU(u, reinterpret_cast<const std::uint32_t*>(third + k)));
      d = hn::Or(d, hn::LoadU(u, reinterpret_cast<const std::uint32_t*>(fourth + k)));
    }
  }
  return hn::GetLane(hn::Or(hn::Or(a, b), hn::Or(c, d)));
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::bench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace boresight::bench {

HWY_EXPORT(MultiplyAdds);
HWY_EXPORT(FlopPerRound);
HWY_EXPORT(Reads);

const std::vector<Loops>& loops() {
  static const std::vector<Loops> all = [] {
    std::vector<Loops> found;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::GetChosenTarget().Update(target);
      std::string name = hwy::TargetName(target);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) { return char(std::tolower(letter)); });
      found.push_back(
          {name, &HWY_DYNAMIC_DISPATCH(MultiplyAdds), HWY_DYNAMIC_DISPATCH(FlopPerRound)(), &HWY_DYNAMIC_DISPATCH(Reads)});
    }
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return found;
  }();
  return all;
}

}  // namespace boresight::bench
#endif
