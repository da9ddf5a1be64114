// Attention with rows in the lanes: a group of query rows, a few vectors wide, lies across vectors, and each key and each value
// is read where it lies, entry by entry, and multiplied into all of the group at once. So keys and values need no packing, and
// maxima, sums and rescales of the softmax stay in their lanes. Here: the two products, and the way in and out of the lanes.
// A Number is what a lane multiplies at once: a float here, a pair of bf16 in pairs-inl.h. Included once for each instruction
// set.
#if defined(BORESIGHT_IMPL_SIMD_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_LANES_INL_H
#undef BORESIGHT_IMPL_SIMD_LANES_INL_H
#else
#define BORESIGHT_IMPL_SIMD_LANES_INL_H
#endif

#include "hwy/cache_control.h"
#include "impl/simd/blocks.h"
#include "impl/simd/columns.h"
#include "impl/simd/convert-inl.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// A group is up to so many vectors of rows, and a register tile that by so many keys, or entries of a value: 24 accumulators
// where there are 32 registers, else 12.
inline constexpr int group_vectors = 3;
inline constexpr std::int32_t group_lanes = group_vectors * vector_lanes;
inline constexpr int tile_entries = many_registers ? 8 : 4;

// What the products are made of, for each kind of Number.
HWY_INLINE Vector load_numbers(const float* from) { return load(from); }
HWY_INLINE Vector all_numbers(const float& x) { return all(x); }
HWY_INLINE Vector multiply_add(Vector a, Vector b, Vector sum) { return hn::MulAdd(a, b, sum); }

template <class Number>
inline constexpr std::int32_t elements_of = 1;

// The accumulators of a register tile.
template <int entries, int vectors>
struct Sums {
  Vector at[entries][vectors];

  HWY_INLINE Sums() {
    BORESIGHT_UNROLL
    for (int k = 0; k < entries; ++k) {
      BORESIGHT_UNROLL
      for (int v = 0; v < vectors; ++v) at[k][v] = hn::Zero(Floats());
    }
  }
};

// at[k][..] += queries[d][..] * keys[k][d] for d in [first, last). queries: [D][vectors of rows].
template <int entries, int vectors, class Number>
HWY_INLINE void multiply_keys(const Number* HWY_RESTRICT queries, const Number* const* keys, std::int32_t first,
                              std::int32_t last, Sums<entries, vectors>& sums) {
  const Number* key[entries];
  BORESIGHT_UNROLL
  for (int k = 0; k < entries; ++k) key[k] = keys[k];
  for (std::ptrdiff_t d = first; d < last; ++d) {
    decltype(load_numbers(queries)) query[vectors];
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) query[v] = load_numbers(queries + (d * vectors + v) * vector_lanes);
    BORESIGHT_UNROLL
    for (int k = 0; k < entries; ++k) {
      const auto entry = all_numbers(key[k][d]);
      BORESIGHT_UNROLL
      for (int v = 0; v < vectors; ++v) sums.at[k][v] = multiply_add(entry, query[v], sums.at[k][v]);
    }
  }
}

// scores[k][..] = finish(k, v, q . key_k), and `largest` grows by them where asked. Blocks of the width are summed apart.
template <int entries, int vectors, class Number, class Finish>
HWY_INLINE void score_keys(const Number* queries, const Number* const* keys, std::int32_t width, float* HWY_RESTRICT scores,
                           std::int32_t number, const Finish& finish, Vector (&largest)[group_vectors]) {
  constexpr std::int32_t block = dot_block / elements_of<Number>;
  std::int32_t first = 0;
  for (; width - first > block; first += block) {
    Sums<entries, vectors> sums;
    multiply_keys(queries, keys, first, first + block, sums);
    BORESIGHT_UNROLL
    for (int k = 0; k < entries; ++k) {
      BORESIGHT_UNROLL
      for (int v = 0; v < vectors; ++v) {
        float* const at = scores + (k * vectors + v) * vector_lanes;
        store(first == 0 ? sums.at[k][v] : hn::Add(load(at), sums.at[k][v]), at);
      }
    }
  }
  Sums<entries, vectors> sums;
  multiply_keys(queries, keys, first, width, sums);
  BORESIGHT_UNROLL
  for (int k = 0; k < entries; ++k) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* const at = scores + (k * vectors + v) * vector_lanes;
      const Vector product = first == 0 ? sums.at[k][v] : hn::Add(load(at), sums.at[k][v]);
      const Vector score = finish(number + k, v, product);
      store(score, at);
      largest[v] = hn::Max(largest[v], score);
    }
  }
}

// The same for any number of keys: scores [count][vectors of rows].
template <int vectors, class Number, class Finish>
HWY_INLINE void score_all(const Number* queries, const Number* const* keys, std::int32_t count, std::int32_t width, float* scores,
                          const Finish& finish, Vector (&largest)[group_vectors]) {
  constexpr std::ptrdiff_t lanes_of_row = vectors * vector_lanes;
  std::int32_t k = 0;
  for (; k + tile_entries <= count; k += tile_entries)
    score_keys<tile_entries, vectors>(queries, keys + k, width, scores + k * lanes_of_row, k, finish, largest);
  if constexpr (tile_entries > 4)
    for (; k + 4 <= count; k += 4)
      score_keys<4, vectors>(queries, keys + k, width, scores + k * lanes_of_row, k, finish, largest);
  for (; k + 2 <= count; k += 2) score_keys<2, vectors>(queries, keys + k, width, scores + k * lanes_of_row, k, finish, largest);
  for (; k < count; ++k) score_keys<1, vectors>(queries, keys + k, width, scores + k * lanes_of_row, k, finish, largest);
}

using Columns = FloatColumns<ReadRow>;

// Weighted values: [count][vectors of rows], and the rows that they are for.
template <class Number>
struct Terms {
  const Number* weights;
  const Number* const* values;
  std::int32_t count;
};

// The weights of some entries, which are as their values are already.
template <int vectors>
HWY_INLINE Terms<float> terms_of(const Columns& columns, Entries entries, float* weights) {
  return {weights, columns.values(entries.begin), entries.size()};
}

// Values lie rows apart, where the processor does not foresee them: they are fetched some columns before they are used
// (values_ahead, in columns.h).

// sums[e][..] = sums[e][..] * factor + sum over k of weights[k][..] * values[k][at + e], for some entries of the values' width.
template <int entries, int vectors, class Number>
HWY_INLINE void add_values(const Number* HWY_RESTRICT weights, const Number* const* values, std::int32_t count, std::ptrdiff_t at,
                           const Vector (&factor)[group_vectors], float* HWY_RESTRICT all_sums) {
  Sums<entries, vectors> part;
  for (std::ptrdiff_t k = 0; k < count; ++k) {
    const Number* const value = values[k] + at;
    hwy::Prefetch(values[k + values_ahead] + at);
    decltype(load_numbers(weights)) weight[vectors];
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) weight[v] = load_numbers(weights + (k * vectors + v) * vector_lanes);
    BORESIGHT_UNROLL
    for (int e = 0; e < entries; ++e) {
      const auto entry = all_numbers(value[e]);
      BORESIGHT_UNROLL
      for (int v = 0; v < vectors; ++v) part.at[e][v] = multiply_add(entry, weight[v], part.at[e][v]);
    }
  }
  BORESIGHT_UNROLL
  for (int e = 0; e < entries; ++e) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* const sum = all_sums + ((at + e) * vectors + v) * vector_lanes;
      store(hn::MulAdd(load(sum), factor[v], part.at[e][v]), sum);
    }
  }
}

// The same over all of the width.
template <int vectors, class Number>
HWY_INLINE void add_all_values(const Number* weights, const Number* const* values, std::int32_t count, std::int32_t width,
                               const Vector (&factor)[group_vectors], float* sums) {
  std::int32_t at = 0;
  for (; at + tile_entries <= width; at += tile_entries)
    add_values<tile_entries, vectors>(weights, values, count, at, factor, sums);
  for (; at < width; ++at) add_values<1, vectors>(weights, values, count, at, factor, sums);
}

// ---- Into the lanes and out of them ----

// The portable vectors are of one lane, and need no moving about.
#if HWY_TARGET != HWY_SCALAR
// Four Numbers from each of some rows, every fourth, side by side.
template <class D, class Number>
HWY_INLINE hn::Vec<D> load_blocks(D tag, const Number* const* rows, std::ptrdiff_t at) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    return hn::LoadU(tag, reinterpret_cast<const float*>(rows[0] + at));
  } else {
    const hn::Half<D> half;
    return hn::Combine(tag, load_blocks(half, rows + hn::MaxLanes(half), at), load_blocks(half, rows, at));
  }
}
template <class D>
HWY_INLINE void store_blocks(D tag, hn::Vec<D> blocks, float* const* rows, std::ptrdiff_t at) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    hn::StoreU(blocks, tag, rows[0] + at);
  } else {
    const hn::Half<D> half;
    store_blocks(half, hn::LowerHalf(half, blocks), rows, at);
    store_blocks(half, hn::UpperHalf(half, blocks), rows + hn::MaxLanes(half), at);
  }
}

// In each block of four lanes: entry i of vector j becomes entry j of vector i.
HWY_INLINE void transpose_blocks(Vector (&v)[4]) {
  const Floats floats;
  const hn::Repartition<double, Floats> pairs;
  const auto wide = [&](Vector x) HWY_ATTR { return hn::BitCast(pairs, x); };
  const auto low01 = wide(hn::InterleaveLower(floats, v[0], v[1])), low23 = wide(hn::InterleaveLower(floats, v[2], v[3]));
  const auto up01 = wide(hn::InterleaveUpper(floats, v[0], v[1])), up23 = wide(hn::InterleaveUpper(floats, v[2], v[3]));
  v[0] = hn::BitCast(floats, hn::InterleaveLower(pairs, low01, low23));
  v[1] = hn::BitCast(floats, hn::InterleaveUpper(pairs, low01, low23));
  v[2] = hn::BitCast(floats, hn::InterleaveLower(pairs, up01, up23));
  v[3] = hn::BitCast(floats, hn::InterleaveUpper(pairs, up01, up23));
}
#endif

// lanes[d][r] = rows[r][d], for whole vectors of rows. Numbers of 32 bits go as they are.
template <class Number>
void rows_to_lanes(const Number* const* rows, int vectors, std::int32_t width, Number* HWY_RESTRICT lanes) {
  static_assert(sizeof(Number) == sizeof(float));
  const std::int32_t count = vectors * vector_lanes;
  std::int32_t d = 0;
#if HWY_TARGET != HWY_SCALAR
  for (; d + 4 <= width; d += 4)
    for (int v = 0; v < vectors; ++v) {
      Vector block[4];
      BORESIGHT_UNROLL
      for (int j = 0; j < 4; ++j) block[j] = load_blocks(Floats(), rows + v * vector_lanes + j, d);
      transpose_blocks(block);
      BORESIGHT_UNROLL
      for (int j = 0; j < 4; ++j)
        store(block[j], reinterpret_cast<float*>(lanes + std::ptrdiff_t(d + j) * count + v * vector_lanes));
    }
#endif
  for (; d < width; ++d)
    for (std::int32_t r = 0; r < count; ++r) lanes[std::ptrdiff_t(d) * count + r] = rows[r][d];
}

// rows[r][e] = lanes[e][r] * factor[r]. Of rows that are padding the last pointers may be the same: the last written stays.
inline void lanes_to_rows(const float* HWY_RESTRICT lanes, const float* factor, int vectors, std::int32_t width,
                          float* const* rows) {
  const std::int32_t count = vectors * vector_lanes;
  std::int32_t e = 0;
#if HWY_TARGET != HWY_SCALAR
  for (; e + 4 <= width; e += 4)
    for (int v = 0; v < vectors; ++v) {
      const Vector factors = load(factor + v * vector_lanes);
      Vector block[4];
      BORESIGHT_UNROLL
      for (int j = 0; j < 4; ++j) block[j] = hn::Mul(factors, load(lanes + std::ptrdiff_t(e + j) * count + v * vector_lanes));
      transpose_blocks(block);
      BORESIGHT_UNROLL
      for (int j = 0; j < 4; ++j) store_blocks(Floats(), block[j], rows + v * vector_lanes + j, e);
    }
#endif
  for (; e < width; ++e)
    for (std::int32_t r = 0; r < count; ++r) rows[r][e] = lanes[std::ptrdiff_t(e) * count + r] * factor[r];
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
