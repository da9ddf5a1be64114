// The scores of a group of rows against a tile of columns: which bias is applied how. What differs from call to call is chosen
// once a tile, outside of the loops. Included once for each instruction set.
#if defined(BORESIGHT_IMPL_SIMD_LANE_BIAS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BORESIGHT_IMPL_SIMD_LANE_BIAS_INL_H
#undef BORESIGHT_IMPL_SIMD_LANE_BIAS_INL_H
#else
#define BORESIGHT_IMPL_SIMD_LANE_BIAS_INL_H
#endif

#include <algorithm>
#include <cmath>
#include <numbers>

#include "impl/bias_row.h"
#include "impl/simd/columns.h"
#include "impl/simd/lane_scores-inl.h"
#include "impl/simd/lanes-inl.h"
#include "impl/tiling.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// A group's queries: [D in Numbers][vectors of rows].
template <int vectors, class Number>
struct LaneTile {
  const Number* queries;
  std::int32_t width;
};

class LaneBias {
 public:
  LaneBias(const Call& call, const Tiling& tiling, Workspace& workspace)
      : call_(call),
        bias_(call.problem, call.g, call.tensors, call.buckets),
        kind_(call.problem.bias.kind),
        scale_(float(effective_scale(call.problem))),
        softcap_(float(parameter(call.problem, call.problem.softcap))),
        tile_(workspace.take<float>(std::size_t(tiling.keys))),
        at_row_(workspace.take<float>(std::size_t(group_lanes))) {
    const bool by_diagonal = kind_ == BiasKind::relative_buckets || kind_ == BiasKind::distance_table;
    laid_out_ = kind_ == BiasKind::dense ||
                (call.problem.custom_positions && kind_ != BiasKind::none && kind_ != BiasKind::forget) ||
                (kind_ == BiasKind::alibi && call.g.distance_limit() > exact_distances);
    const std::size_t rows =
        std::size_t(tile_size<std::int64_t>(0, strip_tiles.usual.queries, strip_tiles.most.queries, call.g.rows().size()));
    const std::size_t columns =
        std::size_t(tile_size<std::int64_t>(0, strip_tiles.usual.keys, strip_tiles.most.keys, call.g.columns().size()));
    if (by_diagonal && !laid_out_) strip_ = workspace.take<float>(rows + columns + group_lanes);
    if (laid_out_) {
      laid_ = workspace.take<float>(std::size_t(tiling.keys) * group_lanes);
      rows_ = workspace.take<float>(std::size_t(tiling.keys) * group_lanes);
      row_stride_ = tiling.keys;
    }
  }

  void choose(std::int64_t batch, std::int64_t head) {
    if (batch != batch_ || head != head_) strip_rows_ = {0, 0};
    batch_ = batch;
    head_ = head;
    bias_.choose(batch, head);
    slope_ = kind_ == BiasKind::alibi ? -double(bias_.slope()) / double(scale_) : 0.0;
    // Scores stay products where nothing but a slope is added to them, and where that is in a range that is far from every end.
    const double steepest = std::abs(slope_) * double(call_.g.distance_limit());
    products_ = softcap_ == 0 && !laid_out_ && (kind_ == BiasKind::none || kind_ == BiasKind::alibi) && scale_ >= 0x1p-20f &&
                scale_ <= 0x1p20f && steepest <= 0x1p100;
  }

  // log2 of a weight for a score of 1: what turns scores into exponents of 2.
  float unit() const { return products_ ? float(double(scale_) * std::numbers::log2e) : float(std::numbers::log2e); }

  // A row's reference as it was used, as a score.
  double natural(float largest) const {
    const double factor = products_ ? double(scale_) : 1.0;
    const float reference = largest * unit();
    if (!rounds_once || !(std::abs(reference) <= largest_reference)) return double(largest) * factor;
    return double(reference) / double(unit()) * factor;
  }

  // Whether scores are done when they are stored, so that the largest is known by then.
  bool finishes_at_once() const { return !caps() && (products_ || kind_ == BiasKind::none || strip_ != nullptr || laid_out_); }
  bool open_to_all_rows() const { return !call_.tensors.attention_mask; }

  // Scores of persistent columns, which have no bias; `largest` grows by what is stored at first.
  template <int vectors, class Number, class List>
  void score_persistent(const LaneTile<vectors, Number>& lanes, const List& columns, Entries entries, float* scores,
                        Vector (&largest)[group_vectors]) const {
    if (entries.size() == 0) return;
    score_without_bias(lanes, columns, entries, scores, largest);
    if (caps()) cap_all<vectors>(scores, entries.size());
  }

  // Scores of the other columns, those in `band`.
  template <int vectors, class Number, class List>
  void score_tokens(const LaneTile<vectors, Number>& lanes, Range<std::int32_t> group, Range<std::int32_t> band,
                    const List& columns, Entries entries, float* scores, Vector (&largest)[group_vectors]) {
    const std::int32_t* const column = columns.column(entries.begin);
    const std::int32_t count = entries.size();
    if (products_ && kind_ == BiasKind::alibi) {
      find_distances(group, column, count);
      const bool both_sides = call_.g.signed_distance(group.begin, band.end - 1) < 0;
      return both_sides ? score_span(lanes, columns, entries, scores, Slope<true>{float(slope_), tile_}, largest)
                        : score_span(lanes, columns, entries, scores, Slope<false>{float(slope_), tile_}, largest);
    }
    const bool cap_first = caps() && call_.problem.softcap_order == SoftcapOrder::before_bias;
    if (kind_ != BiasKind::none && !cap_first && strip_ != nullptr) {
      score_span(lanes, columns, entries, scores, Diagonal{scale_, diagonal(group, band), column}, largest);
    } else if (laid_out_ && !cap_first) {
      const float* const bias = lay<vectors>(group, column, count);
      score_span(lanes, columns, entries, scores, Laid<vectors>{scale_, bias, column, column[0]}, largest);
    } else {
      score_without_bias(lanes, columns, entries, scores, largest);
      if (cap_first) cap_all<vectors>(scores, count);
      if (kind_ != BiasKind::none) add_bias<vectors>(group, band, column, count, scores);
    }
    if (!caps() || cap_first) return;
    cap_all<vectors>(scores, count);
    if (kind_ == BiasKind::dense) finish_all<vectors>(scores, count, Open<vectors>{laid_, column, column[0]});
  }

  // Scores of what a row does not see become minus infinity: by causality and window, which never hide persistent columns.
  template <int vectors>
  void hide_by_position(Range<std::int32_t> group, const ColumnList& columns, Entries entries, float* scores) const {
    constexpr std::int32_t lanes = vectors * vector_lanes;
    for (std::int32_t e = entries.begin; e < entries.end; ++e) {
      const Range<std::int32_t> rows = call_.g.rows_that_see(*columns.column(e));
      if (rows.begin <= group.begin && group.end <= rows.end) continue;
      keep_rows<vectors>(rows.begin - group.begin, rows.end - group.begin, scores + std::ptrdiff_t(e - entries.begin) * lanes);
    }
  }
  // The same by the attention mask.
  template <int vectors>
  void hide_by_mask(Range<std::int32_t> group, const ColumnList& columns, Entries entries, float* scores) const {
    constexpr std::int32_t lanes = vectors * vector_lanes;
    const Tensor& mask = call_.tensors.attention_mask;
    if (!mask) return;
    const std::uint8_t* rows[group_lanes];
    for (std::int32_t r = 0; r < lanes; ++r)
      rows[r] =
          static_cast<const std::uint8_t*>(mask.data) + mask.offset(batch_, head_, std::min(group.begin + r, group.end - 1), 0);
    const std::int64_t stride = mask.shape[3] == 1 ? 0 : mask.stride[3];
    for (std::int32_t e = entries.begin; e < entries.end; ++e) {
      float* const at = scores + std::ptrdiff_t(e - entries.begin) * lanes;
      const std::int64_t place = *columns.column(e) * stride;
      for (std::int32_t r = 0; r < lanes; ++r) at[r] = rows[r][place] != 0 ? at[r] : minus_infinity;
    }
  }

 private:
  bool caps() const { return softcap_ > 0; }

  // float holds every whole number up to here.
  static constexpr std::int32_t exact_distances = 1 << 24;

  template <int vectors, class Number, class List, class Finish>
  void score_span(const LaneTile<vectors, Number>& lanes, const List& columns, Entries entries, float* scores,
                  const Finish& finish, Vector (&largest)[group_vectors]) const {
    score_all<vectors>(lanes.queries, columns.keys(entries.begin), entries.size(), lanes.width, scores, finish, largest);
  }
  template <int vectors, class Number, class List>
  void score_without_bias(const LaneTile<vectors, Number>& lanes, const List& columns, Entries entries, float* scores,
                          Vector (&largest)[group_vectors]) const {
    if (products_)
      score_span(lanes, columns, entries, scores, Products{}, largest);
    else
      score_span(lanes, columns, entries, scores, Scaled{scale_}, largest);
  }

  // scores = softcap * tanh(scores / softcap)
  template <int vectors>
  void cap_all(float* scores, std::int32_t count) const {
    finish_all<vectors>(scores, count, [&](int, int, Vector score) HWY_ATTR {
      return hn::Mul(all(softcap_), tanh(hn::Div(score, all(softcap_))));
    });
  }

  // Of scores that are scaled already, one bias or another.
  template <int vectors>
  void add_bias(Range<std::int32_t> group, Range<std::int32_t> band, const std::int32_t* column, std::int32_t count,
                float* scores) {
    if (laid_out_)
      return finish_all<vectors>(scores, count, Laid<vectors>{1, lay<vectors>(group, column, count), column, column[0]});
    switch (kind_) {
      case BiasKind::alibi:
        find_distances(group, column, count);
        return finish_all<vectors>(scores, count, Slope<true>{-bias_.slope(), tile_});
      case BiasKind::forget:
        return finish_all<vectors>(scores, count, gates(group, column, count));
      default:
        return finish_all<vectors>(scores, count, Diagonal{1, diagonal(group, band), column});
    }
  }

  void find_distances(Range<std::int32_t> group, const std::int32_t* column, std::int32_t count) {
    for (std::int32_t k = 0; k < count; ++k) tile_[k] = float(call_.g.signed_distance(group.begin, column[k]));
  }

  Gates gates(Range<std::int32_t> group, const std::int32_t* column, std::int32_t count) {
    const Tensor& sums = call_.tensors.forget;
    for (std::int32_t r = 0; r < group_lanes; ++r)
      at_row_[r] =
          read_element(sums, sums.offset(batch_, head_, call_.g.query_token_index(std::min(group.begin + r, group.end - 1))));
    const std::int32_t first = column[0], width = column[count - 1] + 1 - first;
    ReadRow()(sums, sums.offset(batch_, head_, call_.g.token_index(first)), width, tile_);
    return {1, at_row_, tile_, column, first};
  }

  // Where Diagonal finds the bias of the group's first row for column 0. A strip is good for all rows and columns of the head,
  // or for as many as fit.
  const float* diagonal(Range<std::int32_t> group, Range<std::int32_t> band) {
    const auto holds = [](Range<std::int32_t> outer, Range<std::int32_t> inner) {
      return outer.begin <= inner.begin && inner.end <= outer.end;
    };
    if (!holds(strip_rows_, group) || !holds(strip_columns_, band)) {
      strip_rows_ = {std::max(group.end - std::int32_t(strip_tiles.usual.queries), 0), group.end};
      strip_columns_ = {band.begin,
                        std::min(call_.g.columns().end - band.begin, std::int32_t(strip_tiles.usual.keys)) + band.begin};
      const Strip<std::int32_t> strip = call_.g.strip(strip_rows_, strip_columns_);
      for (std::int32_t k = 0; k < strip.length; ++k)
        strip_[strip.length - 1 - k] = bias_.by_distance(std::int64_t(strip.farthest) - k);
      std::fill(strip_ + strip.length, strip_ + strip.length + group_lanes, 0.0f);
      strip_length_ = strip.length;
    }
    return strip_ + (strip_length_ - 1 - call_.g.strip_begin(strip_rows_, group.begin)) + call_.g.first_token(strip_columns_);
  }

  // The bias of every row of the group for the columns from the first to the last of these: [column][vectors of rows].
  template <int vectors>
  const float* lay(Range<std::int32_t> group, const std::int32_t* column, std::int32_t count) {
    const std::int32_t first = column[0], width = column[count - 1] + 1 - first;
    const float* rows[group_lanes];
    const float* row = nullptr;
    for (std::int32_t r = 0; r < vectors * vector_lanes; ++r) {
      if (group.contains(group.begin + r)) row = bias_of_row(group.begin + r, r, first, width);
      rows[r] = row;
    }
    rows_to_lanes(rows, vectors, width, laid_);
    return laid_;
  }
  const float* bias_of_row(std::int32_t row, std::int32_t r, std::int32_t first, std::int32_t width) {
    float* const own = rows_ + std::ptrdiff_t(r) * row_stride_;
    if (kind_ != BiasKind::dense) {
      for (std::int32_t c = 0; c < width; ++c) own[c] = bias_.at(row, first + c);
      return own;
    }
    const Tensor& dense = call_.tensors.dense;
    const std::int64_t offset = dense.offset(batch_, head_, row, call_.g.token_index(first));
    if (dense.type == Type::f32 && dense.stride[3] == 1) return static_cast<const float*>(dense.data) + offset;
    ReadRow()(dense, offset, width, own);
    return own;
  }

  const Call& call_;
  BiasRow bias_;
  const BiasKind kind_;
  const float scale_, softcap_;
  bool laid_out_ = false;  // the bias is laid into lanes, a tile at a time
  bool products_ = false;  // scores stay products
  double slope_ = 0;       // of products, by position
  float* tile_;            // [columns of a tile]: distances, or gates
  float* at_row_;          // [rows of a group]
  float *strip_ = nullptr, *laid_ = nullptr, *rows_ = nullptr;
  std::ptrdiff_t row_stride_ = 0;
  Range<std::int32_t> strip_rows_{0, 0}, strip_columns_{0, 0};
  std::int32_t strip_length_ = 0;
  std::int64_t batch_ = -1, head_ = -1;
};

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#endif
