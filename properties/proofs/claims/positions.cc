// Positions, distances, window sides and visibility: as the specification has them, for every row and column, padded lanes too.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

constexpr std::int64_t int32_end = std::int64_t{1} << 31;

Truth sizes(Setting& setting) {
  const auto g = geometry_of(setting);
  return setting.compare("rows().end", g.rows().end, setting.layout().queries) &&
         setting.compare("columns().end", g.columns().end, setting.layout().columns()) &&  //
         g.rows().begin == Number(0) && g.columns().begin == Number(0);
}

// A column past the persistent ones.
Number token(Setting& setting) {
  const Number column = setting.column(padding_most);
  setting.assume(Whole(column) >= setting.layout().mem_kv);
  return column;
}

Truth query_position(Setting& setting) {
  const Number row = setting.row(padding_most);
  return setting.compare("query_position", geometry_of(setting).query_position(row), setting.layout().query_position(Whole(row)));
}

Truth key_position(Setting& setting) {
  const Number column = token(setting);
  return setting.compare("key_position", geometry_of(setting).key_position(column), setting.layout().key_position(Whole(column)));
}

Truth signed_distance(Setting& setting) {
  const Number row = setting.row(padding_most), column = token(setting);
  return setting.compare("signed_distance", geometry_of(setting).signed_distance(row, column),
                         setting.layout().delta(Whole(row), Whole(column)));
}

// Any distance; where a call has it, that of a row and a token of its.
Wide any_distance(Setting& setting) {
  const Wide delta = setting.number<64>("delta", 1 - int32_end, int32_end - 1);
  const Number row = setting.row(), column = setting.column();
  setting.prefer(!setting.layout().is_persistent(Whole(column)));
  setting.prefer(Whole(delta) == setting.layout().delta(Whole(row), Whole(column)));
  return delta;
}

Truth window_side(Setting& setting) {
  const Wide delta = any_distance(setting);
  const Wide side = impl::window_side(setting.call().left);
  return setting.compare("delta <= window_side", delta <= side, setting.layout().within_left(Whole(delta))) && Wide(0) <= side;
}

Truth right_side(Setting& setting) {
  const Layout& layout = setting.layout();
  const Wide delta = any_distance(setting);
  const Wide side = impl::right_side(setting.call().causal, setting.call().right);
  return setting.compare("-delta <= right_side", -delta <= side,
                         (!layout.causal || Whole(delta) >= 0) && layout.within_right(Whole(delta))) &&
         Wide(0) <= side;
}

Truth visible(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number row = setting.row(padding_most), column = setting.column(padding_most);
  setting.prefer(is_mixed(layout, {0, layout.queries}, {0, layout.columns()}));  // elsewhere no kernel asks
  return setting.compare("visible", geometry_of(setting).visible(row, column), layout.visible(Whole(row), Whole(column)));
}

Truth distance_limit(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number row = setting.row(), column = setting.column();
  setting.assume(!layout.is_persistent(Whole(column)));
  const Whole delta = layout.delta(Whole(row), Whole(column)), limit(geometry_of(setting).distance_limit());
  return delta < limit && -delta < limit;
}

}  // namespace

std::vector<Claim> position_claims() {
  return {
      {.name = "sizes", .words = "no size or window side is cut, and columns() is P + M + S", .state = sizes, .shown_by = "sink"},
      {.name = "query_position", .words = "tq(row) = S - n + row", .state = query_position, .shown_by = "bias=alibi sink"},
      {.name = "key_position", .words = "tk(column) = column - P - M", .state = key_position, .shown_by = "bias=alibi sink"},
      {.name = "signed_distance", .words = "delta = tq - tk", .state = signed_distance, .shown_by = "bias=alibi sink"},
      {.name = "distance_limit", .words = "no distance reaches the limit", .state = distance_limit},
      {.name = "window_side",
       .words = "a window side of -1 hides nothing, any other all that lies farther out",
       .state = window_side,
       .shown_by = "sink"},
      {.name = "right_side", .words = "causality and the right side hold both", .state = right_side, .shown_by = "sink"},
      {.name = "visible",
       .words = "a row sees the persistent columns, and what causality and window leave",
       .state = visible,
       .shown_by = "sink"},
  };
}

}  // namespace boresight::proofs
