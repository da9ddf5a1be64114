// Rotary turns of a row of floats, in vectors of doubles, as RotaryRows::turn() does it: each element is rounded to f32 once.
// Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_TURN_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_TURN_INL_H
#undef BORESIGHT_IMPL_SIMD_TURN_INL_H
#else
#define BORESIGHT_IMPL_SIMD_TURN_INL_H
#endif

#include "impl/rotary_row.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

using Doubles = hn::ScalableTag<double>;
using FloatsOfDoubles = hn::Rebind<float, Doubles>;

// Pairs of the row, [R/2] of them, a vector at a time: their first elements, and their second.
HWY_INLINE void turn_pairs(const Turn* turns, hn::Vec<FloatsOfDoubles>& first, hn::Vec<FloatsOfDoubles>& second) {
  const Doubles doubles;
  hn::Vec<Doubles> cosine, sine;
  hn::LoadInterleaved2(doubles, &turns->cosine, cosine, sine);
  const auto a = hn::PromoteTo(doubles, first), b = hn::PromoteTo(doubles, second);
  first = hn::DemoteTo(FloatsOfDoubles(), hn::NegMulAdd(b, sine, hn::Mul(a, cosine)));
  second = hn::DemoteTo(FloatsOfDoubles(), hn::MulAdd(a, sine, hn::Mul(b, cosine)));
}

HWY_INLINE void turn_row(const Rotary& rotary, const Turn* turns, float* row) {
  const FloatsOfDoubles floats;
  const std::int64_t half = rotary.dims / 2, lanes = std::int64_t(hn::Lanes(Doubles()));
  const bool adjacent = rotary.pairs == RotaryPairs::adjacent;
  std::int64_t r = 0;
  for (; r + lanes <= half; r += lanes) {
    hn::Vec<FloatsOfDoubles> first, second;
    if (adjacent) {
      hn::LoadInterleaved2(floats, row + 2 * r, first, second);
      turn_pairs(turns + r, first, second);
      hn::StoreInterleaved2(first, second, floats, row + 2 * r);
    } else {
      first = hn::LoadU(floats, row + r);
      second = hn::LoadU(floats, row + r + half);
      turn_pairs(turns + r, first, second);
      hn::StoreU(first, floats, row + r);
      hn::StoreU(second, floats, row + r + half);
    }
  }
  for (; r < half; ++r) turn_pair(turns[r], row[adjacent ? 2 * r : r], row[adjacent ? 2 * r + 1 : r + half]);
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
