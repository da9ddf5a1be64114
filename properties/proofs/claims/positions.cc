// Where rows and columns stand, and who sees whom: padded lanes too.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

constexpr std::int64_t padding = 127;  // lanes past the last row or column

Truth signed_distance(Setting& setting) {
  const Number row = setting.row(padding), column = setting.column(padding);
  setting.assume(!setting.layout().is_persistent(Whole(column)));
  return setting.compare("signed_distance", geometry_of(setting).signed_distance(row, column),
                         setting.layout().delta(Whole(row), Whole(column)));
}

Truth visible(Setting& setting) {
  const Number row = setting.row(padding), column = setting.column(padding);
  return setting.compare("visible", geometry_of(setting).visible(row, column),
                         setting.layout().visible(Whole(row), Whole(column)));
}

Truth key_part(Setting& setting) {
  const Number column = setting.column();
  const Layout& layout = setting.layout();
  return setting.compare("key_part", geometry_of(setting).key_part(column),
                         select(layout.is_persistent(Whole(column)), 0, select(layout.is_memory(Whole(column)), 1, 2)));
}

Truth row_in_part(Setting& setting) {
  const Number column = setting.column();
  const Layout& layout = setting.layout();
  const Whole at(column), in_memory = at - layout.mem_kv, in_segment = at - layout.mem_kv - layout.memories;
  return setting.compare("row_in_part", geometry_of(setting).row_in_part(column),
                         select(layout.is_persistent(at), at, select(layout.is_memory(at), in_memory, in_segment)));
}

}  // namespace

std::vector<Claim> position_claims() {
  return {
      {.name = "signed_distance",
       .words = "delta = tq - tk for every row and token, padded lanes too",
       .state = signed_distance,
       .shown_by = "bias=alibi sink"},
      {.name = "visible",
       .words = "a column is visible exactly where causality and window let it be, padded lanes too",
       .state = visible,
       .shown_by = "values=integers"},
      {.name = "key_part",
       .words = "0 for a persistent column, 1 for a memory, 2 for a segment key",
       .state = key_part,
       .shown_by = "sink"},
      {.name = "row_in_part", .words = "the column's row in the tensor of its part", .state = row_in_part, .shown_by = "sink"},
  };
}

}  // namespace boresight::proofs
