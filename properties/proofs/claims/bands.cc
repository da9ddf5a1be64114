// What some rows see, as ranges: the band, the view of one row, the tokens of a tile.
#include <algorithm>

#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

Truth first_token(Setting& setting) {
  const Span tile = setting.columns();
  return setting.compare("first_token", geometry_of(setting).first_token(range_of(tile)),
                         clamped(setting.layout().mem_kv, Whole(tile.begin), Whole(tile.end)));
}

Truth band_holds_what_is_seen(Setting& setting) {
  const Layout& layout = setting.layout();
  const Span rows = setting.rows();
  const Number row = setting.inside("row", rows), column = setting.column();
  setting.assume(!layout.is_persistent(Whole(column)) && layout.visible(Whole(row), Whole(column)));
  return geometry_of(setting).band(range_of(rows)).contains(column);
}

Truth band_holds_nothing_else(Setting& setting) {
  const Layout& layout = setting.layout();
  const Span rows = setting.rows();
  const Number column = setting.number("column", -(std::int64_t{1} << 31), (std::int64_t{1} << 31) - 1);
  const Whole c(column);
  const Truth seen = layout.mem_kv <= c && c < layout.columns() && layout.visible(nearest_row(layout, stretch(rows), c), c);
  return implies(geometry_of(setting).band(range_of(rows)).contains(column), seen);
}

Truth band_lies_inside(Setting& setting) {
  const Layout& layout = setting.layout();
  const Range band = geometry_of(setting).band(range_of(setting.rows()));
  return layout.mem_kv <= Whole(band.begin) && layout.mem_kv <= Whole(band.end) && Whole(band.end) <= layout.columns();
}

Truth row_view(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number row = setting.row();
  const Span tile = setting.columns();
  const Number column = setting.inside("column", tile);
  setting.prefer(is_mixed(layout, {Whole(row), Whole(row) + 1}, stretch(tile)));  // of other tiles no kernel asks
  const impl::RowView<Number> view = geometry_of(setting).row_view(row, range_of(tile));
  const Number c = column - tile.begin;
  return setting.compare("in the view", c < view.persistent_end || view.band.contains(c),
                         layout.visible(Whole(row), Whole(column)));
}

Truth view(Setting& setting) {
  const Layout& layout = setting.layout();
  const Span rows = setting.rows(), tile = setting.columns();
  const Number column = setting.inside("column", tile);
  setting.prefer(is_mixed(layout, stretch(rows), stretch(tile)));
  const impl::RowView<Number> view = geometry_of(setting).view(range_of(rows), range_of(tile));
  const Number c = column - tile.begin;
  return setting.compare("in the view", c < view.persistent_end || view.band.contains(c),
                         layout.visible(nearest_row(layout, stretch(rows), Whole(column)), Whole(column)));
}

// Kernels make [persistent_end, band.begin) and [band.end, width) of a row hidden, and list what rows see as the one range and
// then the other, up to the larger of the band's ends: none may reach out of the tile or into the range before it. A band that
// holds nothing may end before it begins.
Truth view_is_in_order(Setting& setting) {
  const Span rows = setting.rows(), tile = setting.columns();
  const impl::RowView<Number> view = geometry_of(setting).view(range_of(rows), range_of(tile));
  const Whole width = Whole(tile.end) - Whole(tile.begin);
  return Whole(view.persistent_end) >= 0 && view.persistent_end <= view.band.begin && Whole(view.band.begin) <= width &&
         view.persistent_end <= view.band.end && Whole(view.band.end) <= width;
}

Truth rows_that_see(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number row = setting.row(), column = setting.column();
  setting.prefer(is_mixed(layout, {0, layout.queries}, {Whole(column), Whole(column) + 1}));  // of others no kernel asks
  return setting.compare("in rows_that_see", geometry_of(setting).rows_that_see(column).contains(row),
                         layout.visible(Whole(row), Whole(column)));
}

Truth rows_that_see_lie_inside(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number column = setting.column();
  setting.assume(layout.queries > 0);
  const Range rows = geometry_of(setting).rows_that_see(column);
  return Number(0) <= rows.begin && rows.begin <= rows.end && Whole(rows.end) <= layout.queries;
}

// The longest strip that a kernel makes, in rows as in columns.
std::int64_t strip_side_most() {
  std::int64_t most = 0;
  for (const impl::KernelTiles& tiles : impl::kernel_tiles) most = std::max({most, tiles.most.queries, tiles.most.keys});
  return most;
}

// Entry strip_begin + k of the strip is the distance to the k-th token of the tile.
Truth strip(Setting& setting) {
  const Layout& layout = setting.layout();
  const Span rows = setting.rows(), tile = setting.columns();
  const Number row = setting.inside("row", rows), column = setting.inside("column", tile);
  setting.assume(Whole(column) >= layout.mem_kv);
  for (const Span span : {rows, tile}) setting.assume(Whole(span.end) - Whole(span.begin) <= strip_side_most());
  setting.prefer(layout.memories + layout.segment + layout.queries > 2);  // a table of one distance is read at any index
  const auto g = geometry_of(setting);
  const impl::Strip<Number> strip = g.strip(range_of(rows), range_of(tile));
  const Whole k = Whole(column) - larger(Whole(tile.begin), layout.mem_kv), entry = Whole(g.strip_begin(range_of(rows), row)) + k;
  return setting.compare("distance in the strip", Number::at((Whole(strip.farthest) - entry).place()),
                         layout.delta(Whole(row), Whole(column))) &&
         0 <= entry && entry < Whole(strip.length);
}

}  // namespace

std::vector<Claim> band_claims() {
  return {
      {.name = "first_token",
       .words = "a tile's first column past the persistent ones",
       .state = first_token,
       .shown_by = "bias=alibi sink"},
      {.name = "band_holds_what_is_seen",
       .words = "a column past the persistent ones that some of the rows sees is in their band",
       .state = band_holds_what_is_seen,
       .shown_by = "sink"},
      {.name = "band_holds_nothing_else",
       .words = "what is in the band of some rows is seen by one of them",
       .state = band_holds_nothing_else},
      {.name = "band_lies_inside",
       .words = "a band lies inside the columns past the persistent ones",
       .state = band_lies_inside,
       .shown_by = "sink"},
      {.name = "row_view", .words = "a row sees exactly the columns of its view", .state = row_view, .shown_by = "sink"},
      {.name = "view", .words = "some of the rows sees exactly the columns of their view", .state = view, .shown_by = "sink"},
      {.name = "view_is_in_order",
       .words = "the two ranges of a view lie inside the tile, the second not before the end of the first",
       .state = view_is_in_order,
       .shown_by = "sink"},
      {.name = "rows_that_see",
       .words = "a column is seen by exactly the rows that are said to see it",
       .state = rows_that_see,
       .shown_by = "sink"},
      {.name = "rows_that_see_lie_inside",
       .words = "the rows that see a column are a range in order, inside all rows",
       .state = rows_that_see_lie_inside},
      {.name = "strip",
       .words = "a row finds its distances to a tile in the tile's strip",
       .state = strip,
       .shown_by = "bias=distance_table sink"},
  };
}

}  // namespace boresight::proofs
