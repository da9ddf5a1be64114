// What the sections of the table share: where a reading can apply at all, words for distances, and a few decisions.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "properties/readings/number.h"
#include "properties/readings/plus.h"
#include "properties/readings/table.h"

namespace boresight::properties::readings {

using Int = std::int64_t;
constexpr double infinity = std::numeric_limits<double>::infinity();

// --- where a reading can apply ---

inline bool alibi(const Problem& p) { return p.bias.kind == BiasKind::alibi; }
inline bool t5(const Problem& p) { return p.bias.kind == BiasKind::relative_buckets; }
inline bool dense(const Problem& p) { return p.bias.kind == BiasKind::dense; }
inline bool forget(const Problem& p) { return p.bias.kind == BiasKind::forget; }
inline bool by_distance(const Problem& p) { return alibi(p) || t5(p) || p.bias.kind == BiasKind::distance_table; }
inline bool by_order(const Problem& p) { return by_distance(p) && !p.custom_positions; }
inline bool geometric(const Problem& p) { return alibi(p) && p.bias.slopes == Slopes::geometric; }
inline bool biased(const Problem& p) { return p.bias.kind != BiasKind::none; }
inline bool rotary(const Problem& p) { return p.rotary.dims > 0; }
inline bool xpos(const Problem& p) { return rotary(p) && p.rotary.xpos.on; }
inline bool windowed(const Problem& p) { return p.window.left != unlimited || p.window.right != unlimited; }
inline bool bounded(const Problem& p) { return p.causal || windowed(p); }

// Columns that have a position; tables have no entries where there are none.
inline Int positioned(const Problem& p) { return p.memories + p.segment; }

// --- words ---

inline Int cached(const Problem& p) { return p.segment - p.queries; }

// Column c's distance or delta at row i, where `origin` is the column that row 0 stands on.
inline std::string row_minus_column(Int origin) { return fmt::format("i{} - c", plus(origin)); }
inline Int origin(const Problem& p) { return p.mem_kv + p.memories + cached(p); }

inline std::string bias_of(const Problem& p, const std::string& distance) {
  switch (p.bias.kind) {
    case BiasKind::alibi:
      return fmt::format("-slope * ({})", distance);
    case BiasKind::relative_buckets:
      return fmt::format("table[bucket({})]", distance);
    case BiasKind::distance_table:
      return fmt::format("table[{}{}]", distance, plus(p.queries - 1));
    default:
      return fmt::format("bias({})", distance);
  }
}

inline std::string distance_words(const Problem& p, const char* what, Int wrong_origin) {
  return fmt::format("{}: distance(i, c) = {}, right is {}", what, row_minus_column(wrong_origin), row_minus_column(origin(p)));
}
inline std::string delta_words(const Problem& p, const char* what, Int wrong_origin) {
  return fmt::format("{}: delta(i, c) = {}, right is {}", what, row_minus_column(wrong_origin), row_minus_column(origin(p)));
}

inline std::string side(Int limit) { return limit == unlimited ? "unlimited" : fmt::format("{}", limit); }
inline const char* map_name(HeadMap map) { return map == HeadMap::tiled ? "h mod G" : "h / (H/G)"; }
inline const char* order_name(SoftcapOrder order) {
  return order == SoftcapOrder::after_bias ? "after the bias" : "before the bias";
}
inline HeadMap other(HeadMap map) { return map == HeadMap::tiled ? HeadMap::grouped : HeadMap::tiled; }
inline SoftcapOrder other(SoftcapOrder order) {
  return order == SoftcapOrder::after_bias ? SoftcapOrder::before_bias : SoftcapOrder::after_bias;
}

// --- shared decisions ---

inline bool all_columns(const Reader&, Int) { return true; }
inline bool no_column(const Reader&, Int) { return false; }

// A mask over the segment, or over memories and segment, whose entries are true where the tensor is absent.
inline bool key_mask(const Reader& r, Int b, Int s) {
  return !r.tensors.key_mask || r.tensors.key_mask.at<std::uint8_t>(b, s) != 0;
}
inline bool memory_mask(const Reader& r, Int b, Int m) {
  return !r.tensors.memory_mask || r.tensors.memory_mask.at<std::uint8_t>(b, m) != 0;
}
inline bool any_mask(const Reader& r) { return bool(r.tensors.key_mask) || bool(r.tensors.memory_mask); }
inline Int segment_of(const Reader& r, Int c) { return book::key_place(r, c); }

// T5's direction can only be taken for the other one where the other one's buckets exist.
inline bool other_direction_exists(const Bias& bias) {
  const Int count = bias.bidirectional ? bias.buckets : bias.buckets / 2;
  return count / 2 >= 1 && bias.max_distance > count / 2;
}

inline void shift_delta(Decisions& d, Int (*delta)(const Reader&, Int, Int, Int)) { d.causal_delta = d.window_delta = delta; }

}  // namespace boresight::properties::readings
