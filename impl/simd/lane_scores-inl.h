// What becomes of scores whose rows lie in the lanes: a bias for each kind, as a function that a register tile applies to its
// products before it stores them, and the step of the online softmax. Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_LANE_SCORES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_LANE_SCORES_INL_H
#undef BORESIGHT_IMPL_SIMD_LANE_SCORES_INL_H
#else
#define BORESIGHT_IMPL_SIMD_LANE_SCORES_INL_H
#endif

#include <cstdint>

#include "impl/simd/lanes-inl.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// ---- Biases: score = f(k, v, product), for the k-th key of a span and vector v of the group's rows ----

// Scores stay products: what scales them is in the exponent's unit.
struct Products {
  HWY_INLINE Vector operator()(int, int, Vector product) const { return product; }
};

struct Scaled {
  float scale;
  HWY_INLINE Vector operator()(int, int, Vector product) const { return hn::Mul(product, all(scale)); }
};

// ALiBi: product - slope |distance|, both in the unit of products. `nearest`: the distance of the group's first row to each key.
// Distances are whole and below 2^24, so all but the last rounding is exact.
template <bool both_sides>
struct Slope {
  float slope;  // negative
  const float* nearest;
  HWY_INLINE Vector operator()(int k, int v, Vector product) const {
    const Vector row = hn::ConvertTo(Floats(), hn::Iota(Ints(), v * vector_lanes));
    const Vector distance = hn::Add(all(nearest[k]), row);
    return hn::MulAdd(all(slope), both_sides ? hn::Abs(distance) : distance, product);
  }
};

// A bias that is the same along diagonals: a row's lies one farther on than that of the row before. `column`: of each key;
// `diagonal` points at the bias of the group's first row for column 0, and goes down from column to column.
struct Diagonal {
  float scale;
  const float* diagonal;
  const std::int32_t* column;
  HWY_INLINE Vector operator()(int k, int v, Vector product) const {
    return hn::MulAdd(product, all(scale), load(diagonal - std::ptrdiff_t(column[k]) + v * vector_lanes));
  }
};

// Forget gates: the sum at the row less the sum at the key.
struct Gates {
  float scale;
  const float* at_row;  // [rows of the group]
  const float* at_key;  // by column less the first
  const std::int32_t* column;
  std::int32_t first;
  HWY_INLINE Vector operator()(int k, int v, Vector product) const {
    const Vector gate = hn::Sub(load(at_row + v * vector_lanes), all(at_key[column[k] - first]));
    return hn::MulAdd(product, all(scale), gate);
  }
};

// A bias that was laid into lanes: [column less the first][vectors of rows].
template <int vectors>
struct Laid {
  float scale;
  const float* bias;
  const std::int32_t* column;
  std::int32_t first;
  HWY_INLINE Vector operator()(int k, int v, Vector product) const {
    const std::ptrdiff_t row = column[k] - first;
    return hn::MulAdd(product, all(scale), load(bias + (row * vectors + v) * vector_lanes));
  }
};

// Hides what a bias of minus infinity hides, where a cap has made a number of it.
template <int vectors>
struct Open {
  const float* bias;
  const std::int32_t* column;
  std::int32_t first;
  HWY_INLINE Vector operator()(int k, int v, Vector score) const {
    const std::ptrdiff_t row = column[k] - first;
    const auto hidden = hn::Eq(load(bias + (row * vectors + v) * vector_lanes), all(minus_infinity));
    return hn::IfThenElse(hidden, all(minus_infinity), score);
  }
};

// scores = f(scores), where a cap came first.
template <int vectors, class Finish>
HWY_INLINE void finish_all(float* scores, std::int32_t count, const Finish& finish) {
  for (std::int32_t k = 0; k < count; ++k) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* const at = scores + (std::ptrdiff_t(k) * vectors + v) * vector_lanes;
      store(finish(k, v, load(at)), at);
    }
  }
}

// Of one key's scores those outside of rows [begin, end) of the group become minus infinity.
template <int vectors>
HWY_INLINE void keep_rows(std::int32_t begin, std::int32_t end, float* scores) {
  const Ints ints;
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) {
    const auto row = hn::Iota(ints, v * vector_lanes);
    const auto outside = hn::Or(hn::Lt(row, hn::Set(ints, begin)), hn::Gt(row, hn::Set(ints, end - 1)));
    float* const at = scores + v * vector_lanes;
    store(hn::IfThenElse(hn::RebindMask(Floats(), outside), all(minus_infinity), load(at)), at);
  }
}

template <int vectors>
HWY_INLINE void largest_of(const float* scores, std::int32_t count, Vector (&largest)[group_vectors]) {
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) largest[v] = all(minus_infinity);
  for (std::int32_t k = 0; k < count; ++k) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v)
      largest[v] = hn::Max(largest[v], load(scores + (std::ptrdiff_t(k) * vectors + v) * vector_lanes));
  }
}

// ---- The online softmax, a row a lane ----

// Exponents are those of 2: unit * score. Where products and sums round once together, a weight is 2^(unit * score - reference)
// in one step; where references are so large that this step loses whole powers of two, or where there is no such instruction,
// 2^(unit * (score - largest)).
inline constexpr float largest_reference = 0x1p29f;

// The exponent of a row's largest score; 0 for a row that has seen none, so that nothing is subtracted from minus infinity.
HWY_INLINE Vector reference_of(Vector largest, float unit) {
  return hn::IfThenZeroElse(hn::Eq(largest, all(minus_infinity)), hn::Mul(largest, all(unit)));
}

// scores [count][vectors of rows] become weights, whose sums are added to `sums`.
template <int vectors, class Exponent>
HWY_INLINE void weigh_block(float* scores, std::int32_t count, const Exponent& exponent, Vector (&sums)[group_vectors]) {
  Vector part[vectors];
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) part[v] = hn::Zero(Floats());
  for (std::int32_t k = 0; k < count; ++k) {
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* const at = scores + (std::ptrdiff_t(k) * vectors + v) * vector_lanes;
      const Vector weight = power_of_two_flushed(exponent(v, load(at)));
      store(weight, at);
      part[v] = hn::Add(part[v], weight);
    }
  }
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) sums[v] = hn::Add(sums[v], part[v]);
}

// What a group keeps of its rows: the largest score so far, and the denominator. Unit: that of the scores.
struct LaneState {
  float* largest;      // [vectors of rows]
  float* denominator;  // [vectors of rows]
};

// One more tile: its scores become weights in the scale of each row's new reference, and `factor` takes the old sums there.
// False where every weight is 0, so that nothing changes.
template <int vectors>
HWY_INLINE bool weigh_lanes(const LaneState& state, float unit, const Vector (&tile)[group_vectors], std::int32_t count,
                            float* scores, Vector (&factor)[group_vectors]) {
  const Floats floats;
  Vector before[vectors], largest[vectors], reference[group_vectors], sums[group_vectors];
  bool any = false, far = false;
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) {
    before[v] = load(state.largest + v * vector_lanes);
    largest[v] = hn::Max(before[v], tile[v]);
    reference[v] = reference_of(largest[v], unit);
    sums[v] = hn::Zero(floats);
    far |= !hn::AllTrue(floats, hn::Le(hn::Abs(reference[v]), all(largest_reference)));
    any |= !hn::AllTrue(floats, hn::Lt(hn::Sub(hn::Mul(tile[v], all(unit)), reference[v]), all(-127.0f)));
  }
  if (!any && !far) return false;
  const bool in_one_step = rounds_once && !far;
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) {
    const Vector old = hn::Mul(before[v], all(unit));  // minus infinity where there was none: nothing is kept
    const Vector step = in_one_step ? hn::Sub(old, reference[v]) : hn::Mul(hn::Sub(before[v], largest[v]), all(unit));
    factor[v] = hn::IfThenZeroElse(hn::Eq(before[v], all(minus_infinity)), power_of_two_flushed(step));
    if (!in_one_step) reference[v] = hn::IfThenZeroElse(hn::Eq(largest[v], all(minus_infinity)), largest[v]);
  }
  for (std::int32_t first = 0; first < count; first += value_block) {
    float* const block = scores + std::ptrdiff_t(first) * vectors * vector_lanes;
    const std::int32_t in_block = count - first < value_block ? count - first : value_block;
    if (in_one_step)
      weigh_block<vectors>(
          block, in_block, [&](int v, Vector score) HWY_ATTR { return hn::MulSub(score, all(unit), reference[v]); }, sums);
    else
      weigh_block<vectors>(
          block, in_block, [&](int v, Vector score) HWY_ATTR { return hn::Mul(hn::Sub(score, reference[v]), all(unit)); }, sums);
  }
  BORESIGHT_UNROLL
  for (int v = 0; v < vectors; ++v) {
    float* const denominator = state.denominator + v * vector_lanes;
    store(hn::MulAdd(load(denominator), factor[v], sums[v]), denominator);
    store(largest[v], state.largest + v * vector_lanes);
  }
  return true;
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
