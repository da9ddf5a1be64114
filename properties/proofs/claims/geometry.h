// impl/geometry.h over terms: what a setting holds, as the types that the code takes. And what claims say of the specification:
// ranges, and the row and column that see each other if any two of two ranges do.
#pragma once

#include "impl/geometry.h"
#include "properties/proofs/claim.h"

namespace boresight::proofs {

using Geometry = impl::Geometry<Number>;
using Range = impl::Range<Number>;

// As every kernel makes it.
inline Geometry geometry_of(const Setting& setting) {
  const Call& call = setting.call();
  return impl::geometry_of<Number>(call.queries, call.segment, call.memories, call.mem_kv, call.left, call.right, call.causal);
}
inline Range range_of(Span span) { return {span.begin, span.end}; }

// Vectors pad rows and columns by up to this many lanes.
inline constexpr std::int64_t padding_most = 127;

// The least such shift of `value` that it lies in [low, high].
inline Whole clamped(Whole value, Whole low, Whole high) { return select(value < low, low, select(high < value, high, value)); }
inline Whole larger(Whole a, Whole b) { return select(a < b, b, a); }
inline Whole smaller(Whole a, Whole b) { return select(a < b, a, b); }

// For lemmas.
inline Truth product_grows(Whole a, Whole b, Whole c) { return implies(a <= b && 0 <= c, a * c <= b * c); }
inline Truth quotient(Whole a, Whole b, Whole c) { return implies(b * c <= a && a < b * c + c, a / c == b); }

// A range of the specification, [begin, end).
struct Stretch {
  Whole begin, end;
  Truth contains(Whole at) const { return begin <= at && at < end; }
};
inline Stretch stretch(Span span) { return {Whole(span.begin), Whole(span.end)}; }
// Tile `number` of so many items.
inline Stretch tile_of(Whole items, std::int64_t size, Whole number) {
  return {number * size, smaller((number + 1) * size, items)};
}

// The row of `rows` that stands nearest to a column: it sees the column if any of them does, as both window sides are >= 0.
inline Whole nearest_row(const Layout& layout, Stretch rows, Whole column) {
  return clamped(layout.key_position(column) - layout.segment + layout.queries, rows.begin, rows.end - 1);
}
// Whether some row of `rows` sees some column of `columns`: a persistent one, or the one nearest to the rows.
inline Truth some_pair_sees(const Layout& layout, Stretch rows, Stretch columns) {
  const Whole diagonal = layout.query_position(rows.begin) + layout.mem_kv + layout.memories;
  const Whole column = clamped(diagonal, larger(columns.begin, layout.mem_kv), columns.end - 1);
  return layout.is_persistent(columns.begin) || layout.visible(nearest_row(layout, rows, column), column);
}

// Whether a kernel must look at these rows and columns one by one: some pair sees, and of the tokens a corner is hidden.
inline Truth is_mixed(const Layout& layout, Stretch rows, Stretch columns) {
  const Whole first = larger(columns.begin, layout.mem_kv), last = columns.end - 1;
  const Truth a_corner_is_hidden = !layout.visible(rows.end - 1, first) || !layout.visible(rows.begin, last);
  return some_pair_sees(layout, rows, columns) && first <= last && a_corner_is_hidden;
}

}  // namespace boresight::proofs
