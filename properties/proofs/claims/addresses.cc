// Addresses: the part that a column lies in, its row there, and places in arrays over tokens and distances.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

Truth key_part(Setting& setting) {
  const Layout& layout = setting.layout();
  const Number column = setting.column();
  const Whole part =
      select(layout.is_persistent(Whole(column)), Whole(0), select(layout.is_memory(Whole(column)), Whole(1), Whole(2)));
  return setting.compare("key_part", geometry_of(setting).key_part(column), part);
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

struct Slots {
  Wide slot, columns, column, width;
};
// Widths of up to 512 entries, padded; tiles no larger than kernels take, padded; as many visits as there may be tiles.
Slots slots(Setting& setting, std::int64_t lanes) {
  const Wide panels = setting.number<64>("panels", 1, 4096 / lanes + 1), columns = panels * Wide(lanes);
  const Wide slot = setting.number<64>("slot", 0, setting.scope().size_limit);
  return {slot, columns, setting.number<64>("column", 0, Whole(columns) - 1), setting.number<64>("width", 1, 512)};
}

// The last column's row ends where its slot does.
void rows_fill_their_slot(Setting& setting, const Slots& at, Whole row, Whole rows) {
  product_grows(setting, row + 1, rows, Whole(at.width));
}

Truth packed_row(Setting& setting) {
  const Slots at = slots(setting, 1);
  const Whole row(impl::packed_row(at.slot, at.columns, at.column, at.width));
  const Whole slot_size = Whole(at.columns) * Whole(at.width), begin = Whole(at.slot) * slot_size;
  return row == begin + Whole(at.column) * Whole(at.width) && begin <= row && row + Whole(at.width) <= begin + slot_size;
}

Truth packed_in_panel(Setting& setting) {
  Truth holds(true);
  for (const std::int64_t lanes : {4, 8, 16, 32, 64}) {
    const Slots at = slots(setting, lanes);
    const Whole first(impl::packed_in_panel(at.slot, at.columns, at.column, at.width, Wide(lanes)));
    const Whole slot_size = Whole(at.columns) * Whole(at.width), begin = Whole(at.slot) * slot_size;
    const Whole panel = Whole(at.column) / lanes, lane = Whole(at.column) - panel * lanes;
    const Whole last = first + (Whole(at.width) - 1) * lanes;
    rows_fill_their_slot(setting, at, panel, Whole(at.columns) / lanes);
    holds = holds && first == begin + panel * lanes * Whole(at.width) + lane && begin <= first && last < begin + slot_size;
  }
  return holds;
}

}  // namespace

std::vector<Claim> address_claims() {
  return {
      {.name = "key_part",
       .words = "persistent columns lie in mem_kv, then memories, then the segment",
       .state = key_part,
       .shown_by = "values=integers"},
      {.name = "row_in_part",
       .words = "a column's row in the tensor of its part",
       .state = row_in_part,
       .shown_by = "values=integers"},
      {.name = "token_index",
       .words = "a column's place in arrays over memories and segment",
       .state = token_index,
       .shown_by = "bias=dense values=integers"},
      {.name = "query_token_index",
       .words = "a row's place in arrays over memories and segment",
       .state = query_token_index,
       .shown_by = "bias=forget values=integers"},
      {.name = "distance_index",
       .words = "distances from 1 - n to M + S - 1 count from 0, in 64 bits",
       .state = distance_index,
       .shown_by = "bias=table values=integers"},
      {.name = "packed_row",
       .words = "packed rows lie one behind another inside the slot of their tile, in 64 bits",
       .state = packed_row,
       .shown_by = "values=integers"},
      {.name = "packed_in_panel",
       .words = "a row in a panel, entry by entry, stays inside the slot of its tile",
       .state = packed_in_panel,
       .shown_by = "values=integers"},
  };
}

}  // namespace boresight::proofs
