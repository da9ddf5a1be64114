// The two matrix products of attention, in register tiles of 6 rows by a few vectors: scores from a packed panel of keys, and
// weighted sums of value rows. Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H
#undef BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H
#else
#define BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H
#endif

// Loops over the rows and vectors of a register tile must disappear, or its accumulators live in memory: 3 times slower.
#undef BORESIGHT_UNROLL
#if defined(__clang__)
#define BORESIGHT_UNROLL _Pragma("unroll")
#else
#define BORESIGHT_UNROLL _Pragma("GCC unroll 8")
#endif

#include "impl/simd/blocks.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// 24 accumulators where there are 32 registers, else 12.
inline constexpr int tile_rows = 6;
inline constexpr int tile_vectors = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON ? 4 : 2;
inline constexpr std::int32_t panel_columns = tile_vectors * vector_lanes;

// The accumulators of a register tile, at zero.
template <int rows, int vectors>
HWY_INLINE void empty(Vector (&sums)[rows][vectors]) {
  BORESIGHT_UNROLL
  for (int r = 0; r < rows; ++r) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) sums[r][v] = hn::Zero(Floats());
  }
}

// scores[r][0 .. panel_columns) (+)= q_r . k over entries [first, last) of the width, for tile_rows rows. A panel holds
// panel_columns keys, entry by entry: [width][panel_columns].
template <bool fresh>
HWY_INLINE void multiply_block(const float* HWY_RESTRICT queries, std::ptrdiff_t query_stride, const float* HWY_RESTRICT panel,
                               std::int32_t first, std::int32_t last, float* HWY_RESTRICT scores, std::ptrdiff_t score_stride) {
  Vector sums[tile_rows][tile_vectors];
  empty(sums);
  for (std::int32_t d = first; d < last; ++d) {
    Vector keys[tile_vectors];
    BORESIGHT_UNROLL
    for (int v = 0; v < tile_vectors; ++v) keys[v] = load(panel + std::ptrdiff_t(d) * panel_columns + v * vector_lanes);
    BORESIGHT_UNROLL
    for (int r = 0; r < tile_rows; ++r) {
      const Vector query = all(queries[r * query_stride + d]);
      BORESIGHT_UNROLL
      for (int v = 0; v < tile_vectors; ++v) sums[r][v] = hn::MulAdd(query, keys[v], sums[r][v]);
    }
  }
  BORESIGHT_UNROLL
  for (int r = 0; r < tile_rows; ++r) {
    BORESIGHT_UNROLL
    for (int v = 0; v < tile_vectors; ++v) {
      float* const at = scores + r * score_stride + v * vector_lanes;
      store(fresh ? sums[r][v] : hn::Add(load(at), sums[r][v]), at);
    }
  }
}

HWY_INLINE void multiply(const float* queries, std::ptrdiff_t query_stride, const float* panel, std::int32_t width, float* scores,
                         std::ptrdiff_t score_stride) {
  const std::int32_t end = width < dot_block ? width : dot_block;
  multiply_block<true>(queries, query_stride, panel, 0, end, scores, score_stride);
  for (std::int32_t first = end; first < width; first += dot_block) {
    const std::int32_t last = width - first < dot_block ? width : first + dot_block;
    multiply_block<false>(queries, query_stride, panel, first, last, scores, score_stride);
  }
}

// sums[r][..] += sum over c in [first, last) of weights[r][c] * value_row(c)[..], for some rows and vectors of the width.
template <int rows, int vectors, class ValueRow>
HWY_INLINE void accumulate_block(const float* HWY_RESTRICT weights, std::ptrdiff_t weight_stride, const ValueRow& value_row,
                                 std::int32_t first, std::int32_t last, std::int32_t at, float* HWY_RESTRICT sums,
                                 std::ptrdiff_t sum_stride) {
  Vector part[rows][vectors];
  empty(part);
  for (std::int32_t c = first; c < last; ++c) {
    const float* const value = value_row(c) + at;
    Vector values[vectors];
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) values[v] = load(value + v * vector_lanes);
    BORESIGHT_UNROLL
    for (int r = 0; r < rows; ++r) {
      const Vector weight = all(weights[r * weight_stride + c]);
      BORESIGHT_UNROLL
      for (int v = 0; v < vectors; ++v) part[r][v] = hn::MulAdd(weight, values[v], part[r][v]);
    }
  }
  BORESIGHT_UNROLL
  for (int r = 0; r < rows; ++r) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* const sum = sums + r * sum_stride + at + v * vector_lanes;
      store(hn::Add(load(sum), part[r][v]), sum);
    }
  }
}

// The same over all of the width, a multiple of the vector's, and over `count` columns in blocks.
template <int rows, class ValueRow>
HWY_INLINE void accumulate(const float* weights, std::ptrdiff_t weight_stride, const ValueRow& value_row, std::int32_t count,
                           float* sums, std::ptrdiff_t sum_stride, std::int32_t width) {
  for (std::int32_t first = 0; first < count; first += value_block) {
    const std::int32_t last = count - first < value_block ? count : first + value_block;
    std::int32_t at = 0;
    for (; at + tile_vectors * vector_lanes <= width; at += tile_vectors * vector_lanes)
      accumulate_block<rows, tile_vectors>(weights, weight_stride, value_row, first, last, at, sums, sum_stride);
    for (; at < width; at += vector_lanes)
      accumulate_block<rows, 1>(weights, weight_stride, value_row, first, last, at, sums, sum_stride);
  }
}

// scores[0 .. rows_at_once) = q . k, each key in a row of its own; the width is a multiple of the vector's.
inline constexpr int rows_at_once = 4;
HWY_INLINE void multiply_rows(const float* HWY_RESTRICT query, const float* const* keys, std::int32_t width, float* scores) {
  Vector sums[rows_at_once];
  for (Vector& sum : sums) sum = hn::Zero(Floats());
  for (std::int32_t first = 0; first < width; first += lane_block * vector_lanes) {
    const std::int32_t last = width - first < lane_block * vector_lanes ? width : first + lane_block * vector_lanes;
    Vector part[rows_at_once];
    for (Vector& sum : part) sum = hn::Zero(Floats());
    for (std::int32_t e = first; e < last; e += vector_lanes) {
      const Vector q = load(query + e);
      BORESIGHT_UNROLL
      for (int k = 0; k < rows_at_once; ++k) part[k] = hn::MulAdd(q, load(keys[k] + e), part[k]);
    }
    BORESIGHT_UNROLL
    for (int k = 0; k < rows_at_once; ++k) sums[k] = hn::Add(sums[k], part[k]);
  }
  BORESIGHT_UNROLL
  for (int k = 0; k < rows_at_once; ++k) scores[k] = hn::GetLane(hn::SumOfLanes(Floats(), sums[k]));
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
