// Which tiles are visited, and which need no test: none that is seen is skipped, none is visited twice, none for nothing, and
// no test is made where none is needed.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

Truth needed_where_seen(Setting& setting) {
  const Span rows = setting.rows(), tile = setting.columns();
  const Number row = setting.inside("row", rows), column = setting.inside("column", tile);
  setting.assume(setting.layout().visible(Whole(row), Whole(column)));
  return geometry_of(setting).tile_needed(range_of(rows), range_of(tile));
}

Truth needed_only_where_seen(Setting& setting) {
  const Span rows = setting.rows(), tile = setting.columns();
  return implies(geometry_of(setting).tile_needed(range_of(rows), range_of(tile)),
                 some_pair_sees(setting.layout(), stretch(rows), stretch(tile)));
}

Truth plain_is_all_visible(Setting& setting) {
  const Span rows = setting.rows(), tile = setting.columns();
  const Number row = setting.inside("row", rows), column = setting.inside("column", tile);
  setting.assume(!setting.layout().visible(Whole(row), Whole(column)));
  return !geometry_of(setting).tile_plain(range_of(rows), range_of(tile));
}

// The two corners are the longest and the shortest distance of the tile's tokens.
Truth not_plain_hides_a_corner(Setting& setting) {
  const Layout& layout = setting.layout();
  const Span rows = setting.rows(), tile = setting.columns();
  const Whole first = larger(Whole(tile.begin), layout.mem_kv);
  const Truth corners_hidden =
      !layout.visible(Whole(rows.end) - 1, first) || !layout.visible(Whole(rows.begin), Whole(tile.end) - 1);
  return geometry_of(setting).tile_plain(range_of(rows), range_of(tile)) || corners_hidden;
}

// A tile of tokens alone.
Span tokens(Setting& setting) {
  const Span tile = setting.columns();
  setting.assume(setting.layout().mem_kv <= Whole(tile.begin));
  return tile;
}
// Lies on this side of the diagonal exactly where no pair of the tile lies on the other.
Truth one_side(Setting& setting, Truth told, Span rows, Span tile, bool behind) {
  const Layout& layout = setting.layout();
  const Number row = setting.inside("row", rows), column = setting.inside("column", tile);
  const auto beyond = [&](Whole at_row, Whole at_column) {
    const Whole delta = layout.delta(at_row, at_column);
    return behind ? delta < 0 : delta > 0;
  };
  const Truth corner = behind ? beyond(Whole(rows.begin), Whole(tile.end) - 1) : beyond(Whole(rows.end) - 1, Whole(tile.begin));
  return implies(told, !beyond(Whole(row), Whole(column))) && (told || corner);
}
Truth behind_is_all_behind(Setting& setting) {
  const Span rows = setting.rows(), tile = tokens(setting);
  return one_side(setting, geometry_of(setting).tile_behind(range_of(rows), range_of(tile)), rows, tile, true);
}
Truth ahead_is_all_ahead(Setting& setting) {
  const Span rows = setting.rows(), tile = tokens(setting);
  return one_side(setting, geometry_of(setting).tile_ahead(range_of(rows), range_of(tile)), rows, tile, false);
}

impl::TileVisits<Number> visits_of(Setting& setting, Span rows) {
  return geometry_of(setting).tile_visits(range_of(rows), Number(setting.shape().width));
}
// Kernels cut a tile's width to the columns that there are: a token of fewer asks for another tile than the one refuted.
void prefer_a_whole_tile(Setting& setting) { setting.prefer(setting.shape().width <= setting.layout().columns()); }
Stretch tile_at(Setting& setting, Whole number) { return tile_of(setting.layout().columns(), setting.shape().width, number); }
Number any_visit(Setting& setting, const impl::TileVisits<Number>& visits) {
  const Number visit = setting.number("visit", 0, setting.scope().size_limit);
  setting.assume(Whole(visit) < Whole(visits.count()));
  return visit;
}

Truth visits_reach_what_is_seen(Setting& setting) {
  const Span rows = setting.rows();
  const Number row = setting.inside("row", rows), column = setting.column();
  setting.assume(setting.layout().visible(Whole(row), Whole(column)));
  prefer_a_whole_tile(setting);
  const impl::TileVisits<Number> visits = visits_of(setting, rows);
  const Number tile = Number::at((Whole(column) / setting.shape().width).place());
  const Number visit = visits.visit_of(tile);
  return Number(0) <= visit && visit < visits.count() && setting.compare("tile(visit_of(tile))", visits.tile(visit), Whole(tile));
}

Truth visits_are_needed(Setting& setting) {
  const Span rows = setting.rows();
  const impl::TileVisits<Number> visits = visits_of(setting, rows);
  const Whole tile(visits.tile(any_visit(setting, visits)));
  const Stretch columns = tile_at(setting, tile);
  return tile >= 0 && columns.begin < columns.end && some_pair_sees(setting.layout(), stretch(rows), columns);
}

Truth visits_ascend(Setting& setting) {
  const impl::TileVisits<Number> visits = visits_of(setting, setting.rows());
  const Number visit = any_visit(setting, visits);
  setting.assume(Whole(visit) + 1 < Whole(visits.count()));
  prefer_a_whole_tile(setting);
  return visits.tile(visit) < visits.tile(visit + Number(1));
}

}  // namespace

std::vector<Claim> tile_claims() {
  return {
      {.name = "needed_where_seen",
       .words = "a tile of which some row sees a column is needed",
       .state = needed_where_seen,
       .shown_by = "sink"},
      {.name = "needed_only_where_seen",
       .words = "a needed tile has a column that some row sees",
       .state = needed_only_where_seen},
      {.name = "plain_is_all_visible",
       .words = "of a plain tile, every row sees every column",
       .state = plain_is_all_visible,
       .shown_by = "sink"},
      {.name = "not_plain_hides_a_corner",
       .words = "a tile that is not plain has a hidden corner: no fast path is lost",
       .state = not_plain_hides_a_corner},
      {.name = "behind_is_all_behind",
       .words = "of a tile behind the diagonal no distance is negative, and of one that is not some is",
       .state = behind_is_all_behind},
      {.name = "ahead_is_all_ahead",
       .words = "of a tile ahead of the diagonal no distance is positive, and of one that is not some is",
       .state = ahead_is_all_ahead},
      {.name = "visits_reach_what_is_seen",
       .words = "a visible column's tile is visited, and its visit is found by its number",
       .kind = Kind::shaped,
       .state = visits_reach_what_is_seen,
       .shown_by = "sink"},
      {.name = "visits_are_needed",
       .words = "every visited tile is a tile, and holds a column that some row sees",
       .kind = Kind::shaped,
       .state = visits_are_needed},
      {.name = "visits_ascend",
       .words = "visits ascend, so none is made twice",
       .kind = Kind::shaped,
       .state = visits_ascend,
       .shown_by = "sink"},
  };
}

}  // namespace boresight::proofs
