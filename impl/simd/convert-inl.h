// Rows of tensors as floats and back, as impl/convert.h has them bit for bit, a vector at a time where elements of 16 bits lie
// side by side. Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_CONVERT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_CONVERT_INL_H
#undef BORESIGHT_IMPL_SIMD_CONVERT_INL_H
#else
#define BORESIGHT_IMPL_SIMD_CONVERT_INL_H
#endif

#include <cstdint>

#include "impl/convert.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

inline bool lies_side_by_side(const Tensor& tensor) { return tensor.stride[std::size_t(tensor.rank - 1)] == 1; }

// How many of `width` elements were read: whole vectors.
template <class Element>
std::int64_t read_vectors(const Tensor& tensor, std::int64_t offset, std::int64_t width, float* row) {
  const Element* const from = static_cast<const Element*>(tensor.data) + offset;
  std::int64_t d = 0;
  for (; d + vector_lanes <= width; d += vector_lanes) store(load(from + d), row + d);
  return d;
}

struct ReadRow {
  void operator()(const Tensor& tensor, std::int64_t offset, std::int64_t width, float* row) const {
    std::int64_t done = 0;
    if (tensor.type == Type::bf16 && lies_side_by_side(tensor)) done = read_vectors<Bf16>(tensor, offset, width, row);
    if (tensor.type == Type::f16 && lies_side_by_side(tensor)) done = read_vectors<F16>(tensor, offset, width, row);
    read_row(tensor, offset + done, width - done, row + done);  // of a row that is done no stride matters
  }
};

// Rounded to nearest, ties to even; NaN stays NaN.
HWY_INLINE void store(Vector v, Bf16* to) {
  const hn::RebindToUnsigned<Floats> wide;
  const hn::Rebind<std::uint16_t, Floats> halves;
  const auto bits = hn::BitCast(wide, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(wide, 1u));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(wide, 0x7fffu)));
  const auto quiet = hn::Or(bits, hn::Set(wide, 0x400000u));
  const auto result = hn::IfThenElse(hn::RebindMask(wide, hn::IsNaN(v)), quiet, rounded);
  // As signed numbers, which the upper halves are within the range of.
  const hn::Rebind<std::int16_t, Floats> narrow;
  hn::StoreU(hn::BitCast(halves, hn::DemoteTo(narrow, hn::ShiftRight<16>(hn::BitCast(Ints(), result)))), halves, &to->bits);
}

inline void write_floats(const Tensor& tensor, std::int64_t offset, std::int64_t width, const float* row) {
  std::int64_t done = 0;
  if (tensor.type == Type::bf16 && lies_side_by_side(tensor))
    for (; done + vector_lanes <= width; done += vector_lanes)
      store(load(row + done), static_cast<Bf16*>(tensor.data) + offset + done);
  write_row(tensor, offset + done, width - done, row + done);
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
