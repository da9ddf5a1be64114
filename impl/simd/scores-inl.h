// What becomes of a row of dot products: scale, bias, softcap and masks make them scores, the online softmax makes them
// weights. What differs from call to call is chosen once a row; the loops are plain. Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_SCORES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_SCORES_INL_H
#undef BORESIGHT_IMPL_SIMD_SCORES_INL_H
#else
#define BORESIGHT_IMPL_SIMD_SCORES_INL_H
#endif

#include <algorithm>
#include <numbers>
#include <span>

#include "impl/bias_row.h"
#include "impl/float_arithmetic.h"
#include "impl/online_softmax.h"
#include "impl/simd/blocks.h"
#include "impl/simd/call.h"
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// Scores of one row may be written past their end by this many floats less one.
inline constexpr std::int32_t score_slack = vector_lanes;

// The scores of a tile, row by row. choose() a head, then begin() a tile, then finish() its rows.
class Scorer {
 public:
  // How many floats of its own a scorer works in.
  static std::size_t strip_floats(const Tiling& tiling) {
    return std::size_t(tiling.queries) + std::size_t(tiling.keys) + vector_lanes;
  }

  Scorer(const Call& call, float* strip)
      : call_(call),
        masks_(call.problem, call.g, call.tensors),
        bias_(call.problem, call.g, call.tensors, call.buckets),
        strip_(strip),
        scale_(float(effective_scale(call.problem))),
        softcap_(float(parameter(call.problem, call.problem.softcap))) {}

  void choose(std::int64_t batch, std::int64_t head) {
    batch_ = batch;
    head_ = head;
    masks_.choose(batch, head);
    bias_.choose(batch, head);
  }

  void begin(Range<std::int32_t> rows, Range<std::int32_t> tile) {
    rows_ = rows;
    tile_ = tile;
    width_ = tile.size();
    first_token_ = call_.g.first_token(tile) - tile.begin;
    plain_ = call_.g.tile_plain(rows, tile);
    if (first_token_ < width_) prepare_bias();
  }

  // Turns dot products s[0 .. width of the tile) into scores; hidden ones and those up to `end` become minus infinity.
  // `hidden`: columns that rule 1 hides, counted from the tile's first. Returns the largest score.
  float finish(std::int32_t row, std::span<const std::int32_t> hidden, std::int32_t end, float* s) {
    const Problem& problem = call_.problem;
    const bool capped = softcap_ > 0, cap_first = capped && problem.softcap_order == SoftcapOrder::before_bias;
    if (cap_first) cap(s, scale_);
    add_bias(row, cap_first ? 1.0f : scale_, s);
    if (capped && !cap_first) cap(s, 1.0f);
    hide(row, hidden, end, s);
    return largest(s, end);
  }

 private:
  // The bias of a tile as far as it is shared by its rows.
  void prepare_bias() {
    if (call_.problem.custom_positions) return;
    switch (call_.problem.bias.kind) {
      case BiasKind::relative_buckets:
      case BiasKind::distance_table:
        return fill_strip();
      case BiasKind::forget:
        return read_tokens(call_.tensors.forget, call_.tensors.forget.offset(batch_, head_, call_.g.token_index(first_token())));
      default:
        return;
    }
  }

  std::int32_t first_token() const { return tile_.begin + first_token_; }

  void fill_strip() {
    const Strip<std::int32_t> strip = call_.g.strip(rows_, tile_);
    for (std::int32_t k = 0; k < strip.length; ++k) strip_[k] = bias_.by_distance(std::int64_t(strip.farthest) - k);
  }

  void read_tokens(const Tensor& tensor, std::int64_t offset) { read_row(tensor, offset, width_ - first_token_, strip_); }

  // s = factor * s + bias. Persistent columns have none.
  void add_bias(std::int32_t row, float factor, float* s) {
    const Problem& problem = call_.problem;
    const bool by_position = problem.bias.kind != BiasKind::none && problem.bias.kind != BiasKind::dense;
    if (problem.bias.kind == BiasKind::none || first_token_ == width_) return multiply_all(s, 0, width_, factor);
    if (problem.custom_positions && by_position) {
      multiply_all(s, 0, width_, factor);
      for (std::int32_t c = first_token_; c < width_; ++c) s[c] += bias_.at(row, tile_.begin + c);
      return;
    }
    multiply_all(s, 0, first_token_, factor);
    switch (problem.bias.kind) {
      case BiasKind::alibi:
        return add_alibi(row, factor, s);
      case BiasKind::dense:
        read_tokens(call_.tensors.dense, call_.tensors.dense.offset(batch_, head_, row, call_.g.token_index(first_token())));
        return add_row(strip_, factor, s);
      case BiasKind::forget:
        return add_forget(row, factor, s);
      default:
        return add_row(strip_ + call_.g.strip_begin(rows_, row), factor, s);
    }
  }

  void multiply_all(float* s, std::int32_t first, std::int32_t last, float factor) const {
    std::int32_t c = first;
    for (; c + vector_lanes <= last; c += vector_lanes) store(hn::Mul(all(factor), load(s + c)), s + c);
    for (; c < last; ++c) s[c] *= factor;
  }

  // -slope * |distance|; the distance falls by one from column to column.
  void add_alibi(std::int32_t row, float factor, float* s) const {
    const Floats floats;
    const Ints ints;
    const Vector slope = all(-bias_.slope()), factors = all(factor);
    auto distance = hn::Sub(hn::Set(ints, call_.g.signed_distance(row, first_token())), hn::Iota(ints, 0));
    const auto step = hn::Set(ints, vector_lanes);
    for (std::int32_t c = first_token_; c < width_; c += vector_lanes) {
      const Vector bias = hn::Mul(slope, hn::ConvertTo(floats, hn::Abs(distance)));
      store(hn::MulAdd(factors, load(s + c), bias), s + c);
      distance = hn::Sub(distance, step);
    }
  }

  // `bias` counts from the first column that is a token.
  void add_row(const float* bias, float factor, float* s) const {
    const Vector factors = all(factor);
    for (std::int32_t c = first_token_; c < width_; c += vector_lanes)
      store(hn::MulAdd(factors, load(s + c), load(bias + (c - first_token_))), s + c);
  }

  void add_forget(std::int32_t row, float factor, float* s) const {
    const Tensor& sums = call_.tensors.forget;
    const Vector at_query = all(read_element(sums, sums.offset(batch_, head_, call_.g.query_token_index(row))));
    const Vector factors = all(factor);
    for (std::int32_t c = first_token_; c < width_; c += vector_lanes)
      store(hn::MulAdd(factors, load(s + c), hn::Sub(at_query, load(strip_ + (c - first_token_)))), s + c);
  }

  // s = softcap * tanh(factor * s / softcap)
  void cap(float* s, float factor) const {
    for (std::int32_t c = 0; c < width_; c += vector_lanes)
      store(hn::Mul(all(softcap_), tanh(hn::Div(hn::Mul(all(factor), load(s + c)), all(softcap_)))), s + c);
  }

  void hide(std::int32_t row, std::span<const std::int32_t> hidden, std::int32_t end, float* s) const {
    if (!plain_) {
      const RowView<std::int32_t> view = call_.g.row_view(row, tile_);
      std::fill(s + view.persistent_end, s + view.band.begin, minus_infinity);
      std::fill(s + view.band.end, s + width_, minus_infinity);
    }
    std::fill(s + width_, s + end, minus_infinity);  // padded columns
    for (const std::int32_t c : hidden) s[c] = minus_infinity;
    if (!masks_.row_by_row()) return;
    for (std::int32_t c = 0; c < width_; ++c)
      if (!masks_.open_to_row(row, tile_.begin + c)) s[c] = minus_infinity;
  }

  static float largest(const float* s, std::int32_t end) {
    Vector most = all(minus_infinity);
    for (std::int32_t c = 0; c < end; c += vector_lanes) most = hn::Max(most, load(s + c));
    // Asked first, since an emulated MaxOfLanes begins at the lowest finite number.
    if (hn::AllTrue(Floats(), hn::Eq(most, all(minus_infinity)))) return minus_infinity;
    return hn::GetLane(hn::MaxOfLanes(Floats(), most));
  }

  const Call& call_;
  Masks masks_;
  BiasRow bias_;
  float* strip_;  // biases that the tile's rows share, or one row's
  float scale_, softcap_;
  std::int64_t batch_ = 0, head_ = 0;
  Range<std::int32_t> rows_{}, tile_{};
  std::int32_t width_ = 0;        // of the tile
  std::int32_t first_token_ = 0;  // columns before it are persistent, counted from the tile's first
  bool plain_ = false;
};

// A row's scores [0, end) become their weights, in the scale of the row's new reference score; the state takes their sum.
// `largest` of them is minus infinity where the row sees none.
HWY_INLINE void weigh(RowState<FloatArithmetic>& row, float largest, std::int32_t width, std::int32_t end, float* s) {
  if (largest == minus_infinity) return std::fill(s, s + end, 0.0f);
  const float reference = row.any ? FloatArithmetic::larger(row.reference, largest) : largest;
  rescale(row, reference, width);
  Vector sum = hn::Zero(Floats());
  for (std::int32_t first = 0; first < end; first += lane_block * vector_lanes) {
    const std::int32_t last = std::min(end, first + lane_block * vector_lanes);
    Vector part = hn::Zero(Floats());
    for (std::int32_t c = first; c < last; c += vector_lanes) {
      const Vector weight =
          power_of_two_flushed(hn::Mul(hn::Sub(load(s + c), all(reference)), all(std::numbers::log2e_v<float>)));
      store(weight, s + c);
      part = hn::Add(part, weight);
    }
    sum = hn::Add(sum, part);
  }
  row.denominator += hn::GetLane(hn::SumOfLanes(Floats(), sum));
  row.any = true;
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
