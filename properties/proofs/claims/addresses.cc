// Addresses: the part that a column lies in, its row there, and places in arrays over tokens and distances.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

Whole part_of(const Layout& layout, Whole column) {
  return select(layout.is_persistent(column), Whole(0), select(layout.is_memory(column), Whole(1), Whole(2)));
}

Truth key_part(Setting& setting) {
  const Number column = setting.column();
  return setting.compare("key_part", geometry_of(setting).key_part(column), part_of(setting.layout(), Whole(column)));
}

Truth run_of_part(Setting& setting) {
  const Span tile = setting.columns();
  const Number column = setting.inside("column", tile);
  const Whole part = part_of(setting.layout(), Whole(column));
  Truth holds(true);
  Number end = tile.begin;
  for (const std::int64_t number : {0, 1, 2}) {
    const Range run = geometry_of(setting).run_of_part(range_of(tile), Number(number));
    const Truth inside = run.begin <= column && column < run.end, right = part == number;
    holds = holds && run.begin == end && run.begin <= run.end && implies(inside, right) && implies(right, inside);
    end = run.end;
  }
  return holds && end == tile.end;
}

// The parts follow one another: P persistent rows, M memories, S keys of the segment.
Truth row_in_part(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number column = setting.column();
  const Whole c(column), row(geometry_of(setting).row_in_part(column));
  const Truth persistent = layout.is_persistent(c), memory = layout.is_memory(c);
  const Whole before = select(persistent, Whole(0), select(memory, layout.mem_kv, layout.mem_kv + layout.memories));
  const Whole length = select(persistent, layout.mem_kv, select(memory, layout.memories, layout.segment));
  return setting.compare("row_in_part", Number::at(row.place()), c - before) && 0 <= row && row < length;
}

Truth token_index(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number column = setting.column();
  setting.assume(!layout.is_persistent(Whole(column)));
  const Number index = geometry_of(setting).token_index(column);
  return setting.compare("token_index", index, layout.key_position(Whole(column)) + layout.memories) && Whole(index) >= 0 &&
         Whole(index) < layout.memories + layout.segment;
}

Truth query_token_index(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number row = setting.row();
  setting.assume(layout.queries <= layout.memories + layout.segment && layout.causal);
  const Number index = geometry_of(setting).query_token_index(row);
  return setting.compare("query_token_index", index, layout.query_position(Whole(row)) + layout.memories) && Whole(index) >= 0 &&
         Whole(index) < layout.memories + layout.segment;
}

Truth distance_index(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number row = setting.row(), column = setting.column();
  setting.assume(!layout.is_persistent(Whole(column)));
  const Whole delta = layout.delta(Whole(row), Whole(column));
  const Wide index = geometry_of(setting).distance_index(Wide::at(delta.place()));
  return setting.compare("distance_index", index, delta + layout.queries - 1) && Whole(index) >= 0 &&
         Whole(index) < layout.memories + layout.segment + layout.queries - 1;
}

}  // namespace

std::vector<Claim> address_claims() {
  return {
      {.name = "key_part",
       .words = "persistent columns lie in mem_kv, then memories, then the segment",
       .state = key_part,
       .shown_by = "sink"},
      {.name = "run_of_part",
       .words = "a tile is three runs of columns, one of each part, one after another",
       .state = run_of_part},
      {.name = "row_in_part",
       .words = "a column's row in the tensor of its part",
       .state = row_in_part,
       .shown_by = "bias=alibi sink"},
      {.name = "token_index",
       .words = "a column's place in arrays over memories and segment",
       .state = token_index,
       .shown_by = "bias=dense sink"},
      {.name = "query_token_index",
       .words = "a row's place in arrays over memories and segment",
       .state = query_token_index,
       .shown_by = "bias=forget sink"},
      {.name = "distance_index",
       .words = "distances from 1 - n to M + S - 1 count from 0, in 64 bits",
       .state = distance_index,
       .shown_by = "bias=distance_table sink"},
  };
}

}  // namespace boresight::proofs
