// Pairs of bf16 as the Numbers that lanes multiply (lanes-inl.h), two products and two sums an instruction: what AVX-512 has
// with AVX512_BF16, which Highway has no target for. Written as assembly, so that it is compiled wherever AVX-512 is and names
// no other; who runs it asks the processor first. What the instructions do apart from rounding to nearest: numbers below the
// normal ones count as zero, on the way in and out. Included once for each instruction set, and empty but for one.
#if defined(BORESIGHT_IMPL_SIMD_PAIRS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_PAIRS_INL_H
#undef BORESIGHT_IMPL_SIMD_PAIRS_INL_H
#else
#define BORESIGHT_IMPL_SIMD_PAIRS_INL_H
#endif

#include <cstdint>
#include <cstring>

#include "impl/simd/columns.h"
#include "impl/simd/lanes-inl.h"
#include "impl/simd/vectors-inl.h"

#if HWY_TARGET == HWY_AVX3
HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// Of a query or key two neighbouring elements, of weights or values those of two neighbouring columns.
struct Pair {
  std::uint16_t first, second;
};
struct PairVector {
  __m512i raw;
};

template <>
inline constexpr std::int32_t elements_of<Pair> = 2;

HWY_INLINE PairVector load_numbers(const Pair* from) { return {_mm512_loadu_si512(from)}; }
HWY_INLINE PairVector all_numbers(const Pair& x) {
  std::int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return {_mm512_set1_epi32(bits)};
}

// sum + a.second * b.second, rounded, then + a.first * b.first, rounded again.
HWY_INLINE Vector multiply_add(PairVector a, PairVector b, Vector sum) {
  asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
  return sum;
}

// Floats rounded to bf16, lane by lane side by side.
HWY_INLINE PairVector narrow(Vector first, Vector second) {
  __m512i halves;  // all of the first, then all of the second
  asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(halves) : "v"(second.raw), "v"(first.raw));
  const __m512i lanes =
      _mm512_set_epi32(0x001f000f, 0x001e000e, 0x001d000d, 0x001c000c, 0x001b000b, 0x001a000a, 0x00190009, 0x00180008, 0x00170007,
                       0x00160006, 0x00150005, 0x00140004, 0x00130003, 0x00120002, 0x00110001, 0x00100000);
  return {_mm512_permutexvar_epi16(lanes, halves)};
}

// The columns as Columns has them, in pairs: keys where they lie, or in rows of their own; values in rows of their own, each of
// them two columns', an even entry of the list and the next.
class PairColumns : public ColumnList {
 public:
  using Number = Pair;

  PairColumns(const Call& call, Workspace& workspace)
      : ColumnList(call, workspace),
        keys_(workspace.take<const Pair*>(std::size_t(room_))),
        values_(workspace.take<const Pair*>(std::size_t(value_rows(room_) + values_ahead))),
        own_keys_(keys_in_place() ? nullptr : workspace.take<Pair>(std::size_t(room_) * std::size_t(key_numbers(call)))),
        own_values_(workspace.take<Pair>(std::size_t(value_rows(room_)) * std::size_t(call.value_width))) {}

  static std::int32_t key_numbers(const Call& call) { return std::int32_t(tile_count(call.problem.head_dim, std::int64_t{2})); }
  static std::int32_t value_rows(std::int32_t columns) { return tile_count(columns, 2); }
  static bool reads() { return true; }

  // Where there is an odd element at the end, a zero makes it a pair.
  static const Pair* query(const Call& call, std::int64_t batch, std::int64_t head, std::int32_t row, Pair* own) {
    pair_elements(call.query_halves(batch, head, row), call.problem.head_dim, own);
    return own;
  }

  void list(std::int64_t batch, std::int64_t kv_head) {
    PartInPlace<Pair> keys;
    list_columns(batch, [&](std::int32_t e, std::int32_t column) {
      keys_[e] = own_keys_ != nullptr
                     ? own_key(e)
                     : keys.row(*call_, column, [&](std::int32_t c) { return call_->side_by_side_keys(batch, kv_head, c); });
    });
    for (std::int32_t p = 0; p < value_rows(count_); ++p) values_[p] = own_value(p);
    std::fill(values_ + value_rows(count_), values_ + value_rows(count_) + values_ahead, nullptr);
  }

  // Fills the own rows of some entries, from an even one on.
  void read(std::int64_t batch, std::int64_t kv_head, Entries entries) {
    static constexpr std::uint16_t zero = 0;
    const std::int32_t end = std::min(entries.end, count_);
    for (std::int32_t e = entries.begin; own_keys_ != nullptr && e < end; ++e)
      pair_elements(call_->key_halves(batch, kv_head, column_[e]), call_->problem.head_dim, own_key(e));
    for (std::int32_t e = entries.begin; e < end; e += 2) {
      const Halves first = call_->value_halves(batch, kv_head, column_[e]);
      pair_rows(first, e + 1 < end ? call_->value_halves(batch, kv_head, column_[e + 1]) : Halves{&zero, 0},
                call_->problem.value_dim, own_value(value_rows(e)));
    }
  }

  const Pair* const* keys(std::int32_t entry) const { return keys_ + entry; }
  const Pair* const* values(std::int32_t row) const { return values_ + row; }

 private:
  bool keys_in_place() const {
    return std::int64_t(key_numbers(*call_)) * 2 == call_->problem.head_dim && call_->keys_lie_as(Type::bf16);
  }
  Pair* own_key(std::int32_t e) { return own_keys_ + std::ptrdiff_t(e) * key_numbers(*call_); }
  Pair* own_value(std::int32_t row) { return own_values_ + std::ptrdiff_t(row) * call_->value_width; }

  static void pair_elements(Halves from, std::int64_t width, Pair* to) {
    std::int64_t d = 0;
    for (; d + 2 <= width; d += 2) *to++ = {from.at(d), from.at(d + 1)};
    if (d < width) *to = {from.at(d), std::uint16_t{0}};
  }
  static void pair_rows(Halves first, Halves second, std::int64_t width, Pair* to) {
    std::int64_t e = 0;
    for (; first.step == 1 && second.step == 1 && e + 16 <= width; e += 16) {
      const auto wide = [e](Halves row) HWY_ATTR {
        return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.first + e)));
      };
      _mm512_storeu_si512(to + e, _mm512_or_si512(wide(first), _mm512_slli_epi32(wide(second), 16)));
    }
    for (; e < width; ++e) to[e] = {first.at(e), second.at(e)};
  }

  const Pair **keys_, **values_;
  Pair *own_keys_, *own_values_;
};

// The weights of some entries, in pairs as their values are, where they stood themselves: [rows of values][vectors of rows].
// Beyond either end of the entries stands a weight of zero.
template <int vectors>
HWY_INLINE Terms<Pair> terms_of(const PairColumns& columns, Entries entries, float* weights) {
  const std::int32_t first = entries.begin / 2, rows = PairColumns::value_rows(entries.end) - first;
  const auto weight = [&](std::int32_t e, int v) HWY_ATTR {
    return entries.contains(e) ? load(weights + (std::ptrdiff_t(e - entries.begin) * vectors + v) * vector_lanes)
                               : hn::Zero(Floats());
  };
  for (std::int32_t row = 0; row < rows; ++row) {
    const std::int32_t e = (first + row) * 2;
    BORESIGHT_UNROLL
    for (int v = 0; v < vectors; ++v)
      _mm512_storeu_si512(weights + (std::ptrdiff_t(row) * vectors + v) * vector_lanes,
                          narrow(weight(e, v), weight(e + 1, v)).raw);
  }
  return {reinterpret_cast<const Pair*>(weights), columns.values(first), rows};
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();
#endif

#endif
