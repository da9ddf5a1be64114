// Vectors of floats of the instruction set that is being compiled, and the two functions of them that the kernels need.
// Included once for each instruction set (hwy/foreach_target.h).
#if defined(BORESIGHT_IMPL_SIMD_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_VECTORS_INL_H
#undef BORESIGHT_IMPL_SIMD_VECTORS_INL_H
#else
#define BORESIGHT_IMPL_SIMD_VECTORS_INL_H
#endif

// Loops over the accumulators of a register tile must disappear, or these live in memory: 3 times slower.
#undef BORESIGHT_UNROLL
#if defined(__clang__)
#define BORESIGHT_UNROLL _Pragma("unroll")
#else
#define BORESIGHT_UNROLL _Pragma("GCC unroll 8")
#endif

#include <cstddef>
#include <cstdint>
#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Ints = hn::RebindToSigned<Floats>;
using Vector = hn::Vec<Floats>;

inline constexpr std::int32_t vector_lanes = std::int32_t(hn::MaxLanes(Floats()));

// 32 registers, else 16; and products and sums that round once together.
inline constexpr bool many_registers = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON;
inline constexpr bool rounds_once = many_registers || HWY_TARGET == HWY_AVX2;

// The score of what is hidden, and the largest where nothing is seen.
inline constexpr float minus_infinity = -std::numeric_limits<float>::infinity();

HWY_INLINE Vector all(float x) { return hn::Set(Floats(), x); }
HWY_INLINE Vector load(const float* from) { return hn::LoadU(Floats(), from); }
HWY_INLINE void store(Vector v, float* to) { hn::StoreU(v, Floats(), to); }

// Elements of 16 bits, read as the floats that they are.
struct Bf16 {
  std::uint16_t bits;
};
struct F16 {
  std::uint16_t bits;
};
HWY_INLINE Vector load(const Bf16* from) {
  const hn::RebindToUnsigned<Floats> wide;
  const auto bits = hn::LoadU(hn::Rebind<std::uint16_t, Floats>(), &from->bits);
  return hn::BitCast(Floats(), hn::ShiftLeft<16>(hn::PromoteTo(wide, bits)));
}
#if HWY_TARGET <= HWY_AVX2 || HWY_TARGET == HWY_NEON
HWY_INLINE Vector load(const F16* from) {
  const hn::Rebind<hwy::float16_t, Floats> halves;
  return hn::PromoteTo(Floats(), hn::BitCast(halves, hn::LoadU(hn::Rebind<std::uint16_t, Floats>(), &from->bits)));
}
#else
// As from_f16() of impl/convert.h.
HWY_INLINE Vector load(const F16* from) {
  const hn::RebindToUnsigned<Floats> wide;
  const auto bits = hn::PromoteTo(wide, hn::LoadU(hn::Rebind<std::uint16_t, Floats>(), &from->bits));
  const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(wide, 0x8000u)));
  const auto magnitude = hn::ShiftLeft<13>(hn::And(bits, hn::Set(wide, 0x7fffu)));
  const Vector finite = hn::Mul(hn::BitCast(Floats(), magnitude), all(0x1p112f));
  const Vector other = hn::BitCast(Floats(), hn::Or(magnitude, hn::Set(wide, 0x70000000u)));  // infinity and NaN
  const auto is_finite = hn::Lt(hn::BitCast(Ints(), magnitude), hn::Set(Ints(), 0x0f800000));
  return hn::Or(hn::BitCast(Floats(), sign), hn::IfThenElse(hn::RebindMask(Floats(), is_finite), finite, other));
}
#endif

// 2^n for n in [-126, 127], by the exponent's bits.
HWY_INLINE Vector power_of_two(hn::Vec<Ints> n) {
  return hn::BitCast(Floats(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(Ints(), 127))));
}

// e^x for x <= 0: within 2^-23 of it relatively, or half the smallest subnormal; exactly 0 below -104, minus infinity included.
// x = n ln 2 + r with |r| <= (ln 2) / 2; e^r = 1 + r + r^2 P(r), P minimax of degree 4 (relative error 2^-28); then 2^n in two
// factors, so that the last product alone can be subnormal and rounds once.
HWY_INLINE Vector exp_of_nonpositive(Vector x) {
  const auto vanishes = hn::Lt(x, all(-104.0f));
  const Vector y = hn::IfThenZeroElse(vanishes, x);  // or it would be subnormal on the way, at 150 cycles a vector
  const Vector n = hn::Round(hn::Mul(y, all(0x1.715476p0f)));
  const Vector r = hn::NegMulAdd(n, all(-0x1.bd0106p-13f), hn::NegMulAdd(n, all(0x1.63p-1f), y));  // ln 2 in two parts
  Vector p = all(0x1.6a2352p-10f);
  p = hn::MulAdd(p, r, all(0x1.123a6cp-7f));
  p = hn::MulAdd(p, r, all(0x1.5558f4p-5f));
  p = hn::MulAdd(p, r, all(0x1.555490p-3f));
  p = hn::MulAdd(p, r, all(0x1.fffffcp-2f));
  p = hn::Add(hn::MulAdd(hn::Mul(r, r), p, r), all(1.0f));
  const auto whole = hn::ConvertTo(Ints(), n);
  const auto half = hn::ShiftRight<1>(whole);
  const Vector result = hn::Mul(hn::Mul(p, power_of_two(half)), power_of_two(hn::Sub(whole, half)));
  return hn::IfThenZeroElse(vanishes, result);
}

// 2^x for x < 128: within 2^-22 of it relatively; exactly 0 below -126, minus infinity included. x = n + r with |r| <= 1/2, n
// taken from the last bits of x + 3 * 2^22; 2^r = 1 + r P(r), P minimax of degree 4 (relative error 2^-23.3); then n goes to the
// exponent's bits, where x >= -126 leaves room for it. NaN stays NaN.
HWY_INLINE Vector power_of_two_flushed(Vector x) {
  const Vector shifted = hn::Add(x, all(0x1.8p23f));
#if HWY_TARGET == HWY_AVX3
  const Vector r{_mm512_reduce_ps(x.raw, 0)};  // the same in one step
#else
  const Vector r = hn::Sub(x, hn::Sub(shifted, all(0x1.8p23f)));
#endif
  Vector p = all(0x1.5bba16p-10f);
  p = hn::MulAdd(p, r, all(0x1.3cea8ap-7f));
  p = hn::MulAdd(p, r, all(0x1.c6b752p-5f));
  p = hn::MulAdd(p, r, all(0x1.ebf9bcp-3f));
  p = hn::MulAdd(p, r, all(0x1.62e42ap-1f));
  p = hn::MulAdd(p, r, all(1.0f));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(Ints(), shifted));
#if HWY_TARGET == HWY_AVX3
  const __mmask16 stays = _mm512_cmp_ps_mask(x.raw, _mm512_set1_ps(-126.0f), _CMP_NLT_UQ);
  return Vector{_mm512_castsi512_ps(_mm512_maskz_add_epi32(stays, _mm512_castps_si512(p.raw), exponent.raw))};
#else
  const Vector result = hn::BitCast(Floats(), hn::Add(hn::BitCast(Ints(), p), exponent));
  return hn::IfThenZeroElse(hn::Lt(x, all(-126.0f)), result);
#endif
}

// tanh(x) within 2^-22 of it relatively: x + x^3 Q(x^2) near zero, Q minimax of degree 5, else (1 - e) / (1 + e), e = exp(-2
// |x|).
HWY_INLINE Vector tanh(Vector x) {
  const Vector size = hn::Abs(x);
  const Vector e = exp_of_nonpositive(hn::Mul(all(-2.0f), size));
  const Vector far = hn::Div(hn::Sub(all(1.0f), e), hn::Add(all(1.0f), e));
  const Vector z = hn::Mul(size, size);
  Vector q = all(0x1.18e1dep-9f);
  q = hn::MulAdd(q, z, all(-0x1.0bf4fep-7f));
  q = hn::MulAdd(q, z, all(0x1.638b58p-6f));
  q = hn::MulAdd(q, z, all(-0x1.b9ee90p-5f));
  q = hn::MulAdd(q, z, all(0x1.111066p-3f));
  q = hn::MulAdd(q, z, all(-0x1.555554p-2f));
  const Vector near = hn::MulAdd(hn::Mul(size, z), q, size);
  return hn::CopySign(hn::IfThenElse(hn::Lt(size, all(0.625f)), near, far), x);
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
