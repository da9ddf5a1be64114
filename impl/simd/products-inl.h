// The two matrix products of few queries, in register tiles of some rows by a few vectors: scores, entries in the lanes, and
// weighted sums of value rows. Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H
#undef BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H
#else
#define BORESIGHT_IMPL_SIMD_PRODUCTS_INL_H
#endif

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "hwy/cache_control.h"
#include "impl/simd/blocks.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

template <int number>
using Constant = std::integral_constant<int, number>;

// 24 accumulators where there are 32 registers, else 12.
inline constexpr int tile_rows = 6;
inline constexpr int tile_vectors = many_registers ? 4 : 2;
inline constexpr std::int32_t slab_width = tile_vectors * vector_lanes;  // of values, which stays in the first cache

// The accumulators of a register tile, at zero.
template <int rows, int vectors>
HWY_INLINE void empty(Vector (&sums)[rows][vectors]) {
  BORESIGHT_UNROLL
  for (int r = 0; r < rows; ++r) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) sums[r][v] = hn::Zero(Floats());
  }
}

// ---- Keys and values in rows of their own ----
// Rows are of floats, or of 16-bit elements that become floats in registers. What is wanted next is fetched from memory while
// there is something to multiply.

inline constexpr int keys_at_once = 4;
inline constexpr int queries_at_once = tile_vectors;  // 16 accumulators where there are 32 registers, else 8

// Rows that are wanted soon, fetched a few lines at a time, in the order in which they lie: in another one the processor does
// not see that they follow one another, and a third of the rate is lost. They go to the second cache, where a tile has room.
class Soon {
 public:
  Soon() = default;
  Soon(const void* const* rows, std::int32_t count, std::ptrdiff_t row_bytes)
      : row_(rows), end_(rows + count), row_bytes_(row_bytes) {}

  template <int bytes>
  HWY_INLINE void fetch() {
    BORESIGHT_UNROLL
    for (int line = 0; line < bytes; line += line_bytes) {
      if (row_ == end_) return;
      __builtin_prefetch(static_cast<const std::byte*>(*row_) + at_, 0, 2);
      at_ += line_bytes;
      if (at_ < row_bytes_) continue;
      at_ = 0;
      ++row_;
    }
  }

 private:
  static constexpr int line_bytes = 64;

  const void* const* row_ = nullptr;
  const void* const* end_ = nullptr;
  std::ptrdiff_t row_bytes_ = 0, at_ = 0;
};

// at[k] = the sum of the lanes of the k-th vector, or that more.
#if HWY_TARGET == HWY_SCALAR
template <bool fresh>
HWY_INLINE void store_sums_of_lanes(const Vector (&of)[keys_at_once], float* at) {
  for (int k = 0; k < keys_at_once; ++k) at[k] = (fresh ? 0.0f : at[k]) + hn::GetLane(of[k]);
}
#else
template <bool fresh>
HWY_INLINE void store_sums_of_lanes(const Vector (&of)[keys_at_once], float* at) {
  const Floats floats;
  const hn::RepartitionToWide<Floats> pairs;
  const hn::CappedTag<float, keys_at_once> four;
  const auto ab =
      hn::BitCast(pairs, hn::Add(hn::InterleaveLower(floats, of[0], of[1]), hn::InterleaveUpper(floats, of[0], of[1])));
  const auto cd =
      hn::BitCast(pairs, hn::Add(hn::InterleaveLower(floats, of[2], of[3]), hn::InterleaveUpper(floats, of[2], of[3])));
  const Vector blocks =
      hn::Add(hn::BitCast(floats, hn::InterleaveLower(pairs, ab, cd)), hn::BitCast(floats, hn::InterleaveUpper(pairs, ab, cd)));
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  const hn::Half<Floats> half;
  const auto two = hn::Add(hn::LowerHalf(half, blocks), hn::UpperHalf(half, blocks));
  const auto sums = hn::Add(hn::LowerHalf(four, two), hn::UpperHalf(four, two));
#elif HWY_TARGET == HWY_AVX2
  const auto sums = hn::Add(hn::LowerHalf(four, blocks), hn::UpperHalf(four, blocks));
#else
  const auto sums = blocks;
#endif
  hn::StoreU(fresh ? sums : hn::Add(hn::LoadU(four, at), sums), four, at);
}
#endif

// scores[r][0 .. keys_at_once) = q_r . k for some rows; the width is a multiple of the vector's.
template <int rows, bool fetch, class Element>
HWY_INLINE void multiply_rows(const float* HWY_RESTRICT queries, std::ptrdiff_t query_stride, const void* const* keys, Soon& soon,
                              std::int32_t width, float* HWY_RESTRICT scores, std::ptrdiff_t score_stride) {
  const Element* key[keys_at_once];
  BORESIGHT_UNROLL
  for (int k = 0; k < keys_at_once; ++k) key[k] = static_cast<const Element*>(keys[k]);
  for (std::int32_t first = 0; first < width; first += lane_block * vector_lanes) {
    const std::int32_t last = width - first < lane_block * vector_lanes ? width : first + lane_block * vector_lanes;
    Vector part[rows][keys_at_once];
    empty(part);
    for (std::int32_t e = first; e < last; e += vector_lanes) {
      Vector entries[keys_at_once];
      BORESIGHT_UNROLL
      for (int k = 0; k < keys_at_once; ++k) entries[k] = load(key[k] + e);
      if (fetch) soon.fetch<keys_at_once * vector_lanes* int(sizeof(Element))>();
      BORESIGHT_UNROLL
      for (int r = 0; r < rows; ++r) {
        const Vector query = load(queries + r * query_stride + e);
        BORESIGHT_UNROLL
        for (int k = 0; k < keys_at_once; ++k) part[r][k] = hn::MulAdd(query, entries[k], part[r][k]);
      }
    }
    BORESIGHT_UNROLL
    for (int r = 0; r < rows; ++r) {
      if (first == 0)
        store_sums_of_lanes<true>(part[r], scores + r * score_stride);
      else
        store_sums_of_lanes<false>(part[r], scores + r * score_stride);
    }
  }
}

// Calls body(Constant<n>(), first) for blocks of n rows: the largest that there are, then smaller ones.
template <int most, class Body>
HWY_INLINE void for_blocks_of_rows(std::int32_t first, std::int32_t rows, Body body) {
  std::int32_t r = first;
  for (; r + most <= rows; r += most) body(Constant<most>(), r);
  if constexpr (most > 1) for_blocks_of_rows<(most > 4 ? 4 : most / 2)>(r, rows, body);
}

// `width` elements at each of `rows` as floats side by side, where more than one block of rows would turn them into floats; the
// rows of floats are listed.
template <class Element>
HWY_INLINE void widen(const void* const* rows, std::int32_t count, std::int32_t at, std::int32_t width, Soon& soon, float* wide,
                      const void** wide_rows) {
  for (std::int32_t k = 0; k < count; ++k) {
    const Element* const row = static_cast<const Element*>(rows[k]) + at;
    wide_rows[k] = wide;
    for (std::int32_t e = 0; e < width; e += vector_lanes, wide += vector_lanes) {
      store(load(row + e), wide);
      soon.fetch<vector_lanes* int(sizeof(Element))>();
    }
  }
}

// The same for all of the rows and the keys first .. last - 1, whole groups of keys_at_once; `fetch`: beside the first rows.
template <bool fetch, class Element>
HWY_INLINE void multiply_key_block(std::int32_t rows, const float* queries, const void* const* keys, Soon& soon,
                                   std::int32_t count, std::int32_t width, float* scores, std::ptrdiff_t score_stride) {
  for_blocks_of_rows<queries_at_once>(0, rows, [&](auto some, std::int32_t r) HWY_ATTR {
    for (std::int32_t c = 0; c < count; c += keys_at_once) {
      const float* const some_queries = queries + std::ptrdiff_t(r) * width;
      float* const at = scores + r * score_stride + c;
      if (fetch && r == 0)
        multiply_rows<some.value, true, Element>(some_queries, width, keys + c, soon, width, at, score_stride);
      else
        multiply_rows<some.value, false, Element>(some_queries, width, keys + c, soon, width, at, score_stride);
    }
  });
}

// The same for all of the rows and `count` keys: a block of keys stays in the first cache while all rows pass by. `wide` has room
// for one of them.
template <class Element>
HWY_INLINE void multiply_rows(std::int32_t rows, const float* queries, const void* const* keys, Soon& soon, std::int32_t count,
                              std::int32_t width, float* wide, float* scores, std::ptrdiff_t score_stride) {
  for (std::int32_t first = 0; first < count; first += key_block) {
    const std::int32_t size = std::min(count - first, key_block);
    if (std::is_same_v<Element, float> || rows <= queries_at_once) {
      multiply_key_block<true, Element>(rows, queries, keys + first, soon, size, width, scores + first, score_stride);
      continue;
    }
    const void* wide_rows[key_block];
    widen<Element>(keys + first, size, 0, width, soon, wide, wide_rows);
    multiply_key_block<false, float>(rows, queries, wide_rows, soon, size, width, scores + first, score_stride);
  }
}

// sums[r][0 .. width) += sum over the columns of weights[r][c] * value row c, for some rows and vectors of the width.
template <int rows, int vectors, bool fetch, class Element>
HWY_INLINE void add_rows(const float* HWY_RESTRICT weights, std::ptrdiff_t weight_stride, const void* const* values, Soon& soon,
                         std::int32_t count, std::int32_t at, float* HWY_RESTRICT sums, std::ptrdiff_t sum_stride) {
  Vector part[rows][vectors];
  empty(part);
  for (std::int32_t c = 0; c < count; ++c) {
    const Element* const value = static_cast<const Element*>(values[c]) + at;
    Vector entries[vectors];
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) entries[v] = load(value + v * vector_lanes);
    if (fetch) soon.fetch<vectors * vector_lanes* int(sizeof(Element))>();
    BORESIGHT_UNROLL
    for (int r = 0; r < rows; ++r) {
      const Vector weight = all(weights[r * weight_stride + c]);
      BORESIGHT_UNROLL
      for (int v = 0; v < vectors; ++v) part[r][v] = hn::MulAdd(weight, entries[v], part[r][v]);
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

// The same for all of the rows and some vectors of the width.
template <int vectors, bool fetch, class Element>
HWY_INLINE void add_slab(std::int32_t rows, const float* weights, std::ptrdiff_t weight_stride, const void* const* values,
                         Soon& soon, std::int32_t count, std::int32_t at, float* sums, std::ptrdiff_t sum_stride) {
  for_blocks_of_rows<tile_rows>(0, rows, [&](auto some, std::int32_t r) HWY_ATTR {
    const float* const some_weights = weights + r * weight_stride;
    float* const some_sums = sums + r * sum_stride;
    if (fetch && r == 0)
      add_rows<some.value, vectors, true, Element>(some_weights, weight_stride, values, soon, count, at, some_sums, sum_stride);
    else
      add_rows<some.value, vectors, false, Element>(some_weights, weight_stride, values, soon, count, at, some_sums, sum_stride);
  });
}

// The same for all of the width: a slab of a few vectors of a block of values stays in the first cache while all rows take it up.
// `wide` has room for one of them.
template <class Element>
HWY_INLINE void add_rows(std::int32_t rows, const float* weights, std::ptrdiff_t weight_stride, const void* const* values,
                         Soon& soon, std::int32_t count, float* wide, float* sums, std::int32_t width) {
  const auto add = [&](auto vectors, std::int32_t first, std::int32_t at) HWY_ATTR {
    const std::int32_t size = std::min(count - first, row_block);
    if (std::is_same_v<Element, float> || rows <= tile_rows)
      return add_slab<vectors.value, true, Element>(rows, weights + first, weight_stride, values + first, soon, size, at, sums,
                                                    width);
    const void* wide_rows[row_block];
    widen<Element>(values + first, size, at, vectors.value * vector_lanes, soon, wide, wide_rows);
    add_slab<vectors.value, false, float>(rows, weights + first, weight_stride, wide_rows, soon, size, 0, sums + at, width);
  };
  for (std::int32_t first = 0; first < count; first += row_block) {
    std::int32_t at = 0;
    for (; at + tile_vectors * vector_lanes <= width; at += tile_vectors * vector_lanes) add(Constant<tile_vectors>(), first, at);
    for (; at < width; at += vector_lanes) add(Constant<1>(), first, at);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
