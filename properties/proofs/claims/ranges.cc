// Tiles, paddings, parts and places: items are cut without loss, twice or overflow.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

// What holds of a claim for rows in tiles as high as the shape, and for columns in tiles as wide.
template <class Statement>
Truth for_rows_and_columns(Setting& setting, Statement statement) {
  const Whole items[] = {setting.layout().queries, setting.layout().columns()};
  const auto in_code = [](Whole whole) { return Number::at(whole.place()); };
  return statement("rows", in_code(items[0]), setting.shape().height) &&
         statement("columns", in_code(items[1]), setting.shape().width);
}

Truth tile_count(Setting& setting) {
  return for_rows_and_columns(setting, [&](const char*, Number items, std::int64_t size) {
    const Whole count(impl::tile_count(items, Number(size)));
    return count >= 0 && count * size >= Whole(items) && (count == 0 || (count - 1) * size < Whole(items));
  });
}

Truth tile_range(Setting& setting) {
  return for_rows_and_columns(setting, [&](const char* name, Number items, std::int64_t size) {
    const Whole count = (Whole(items) + (size - 1)) / size;
    const Number tile = setting.number(std::string("tile of ") + name, 0, setting.scope().size_limit);
    setting.assume(Whole(tile) < larger(count, 1));
    const Range made = impl::tile_range(items, Number(size), tile);
    const Stretch right = tile_of(Whole(items), size, Whole(tile));
    return count == 0 || (Whole(made.begin) == right.begin && Whole(made.end) == right.end && right.begin < right.end);
  });
}

// Lanes that kernels pad by, and the most that the size limit leaves room for.
constexpr std::int64_t lanes_in_use[] = {4, 6, 8, 16, 32, 64, 128};

Truth padded_range(Setting& setting) {
  const Span span = setting.columns();
  Truth holds(true);
  for (const std::int64_t lanes : lanes_in_use) {
    const Range padded = impl::padded_range(range_of(span), Number(lanes));
    const Whole size = Whole(padded.end) - Whole(span.begin), least = Whole(span.end) - Whole(span.begin);
    holds = holds && padded.begin == span.begin && size >= least && size < least + lanes && size / lanes * lanes == size;
  }
  return holds;
}

Truth tile_size(Setting& setting) {
  const auto any = [&](const char* name, std::int64_t low) { return setting.number<64>(name, low, setting.scope().size_limit); };
  const Wide asked = any("asked", 0), otherwise = any("otherwise", 1), most = any("most", 1), items = any("items", 0);
  const Whole size(impl::tile_size(asked, otherwise, most, items));
  const Whole wanted = select(asked == Wide(0), Whole(otherwise), Whole(asked));
  return size == smaller(wanted, larger(smaller(Whole(most), Whole(items)), 1));
}

Truth part_count(Setting& setting) {
  const Number tiles = setting.number("tiles", 0, setting.scope().size_limit);
  const Number asked = setting.number("asked", 0, setting.scope().size_limit);
  return Whole(impl::part_count(tiles, asked)) == larger(1, smaller(Whole(tiles), Whole(asked)));
}

// A part begins where the one before it ended, the first at 0, and the last ends at `count`.
Truth part_range(Setting& setting) {
  const Number count = setting.number("tiles", 0, setting.scope().size_limit);
  const Number parts = setting.splits(setting.scope().size_limit);
  const Number part = setting.number("part", 0, Whole(parts) - 1);
  const Range mine = impl::part_range(count, parts, part);
  const Whole each = Whole(count) / Whole(parts), before = larger(Whole(part) - 1, 0);
  const Stretch previous = {Whole(impl::part_range(count, parts, Number::at(before.place())).begin),
                            Whole(impl::part_range(count, parts, Number::at(before.place())).end)};
  const Whole size = Whole(mine.end) - Whole(mine.begin);
  return (part == Number(0) || Whole(mine.begin) == previous.end) && (part != Number(0) || mine.begin == Number(0)) &&
         (Whole(part) != Whole(parts) - 1 || mine.end == count) && each <= size && size <= each + 1;
}

Truth place_of(Setting& setting) {
  const Wide item = setting.number<64>("item", 0, std::int64_t{1} << 62),
             width = setting.number<64>("width", 1, std::int64_t{1} << 31);
  const impl::Place<Wide> place = impl::place_of(item, width);
  return Whole(place.row) * Whole(width) + Whole(place.at) == Whole(item) && Wide(0) <= place.at && place.at < width &&
         Wide(0) <= place.row;
}

Truth from_the_last(Setting& setting) {
  const Number count = setting.number("count", 1, setting.scope().size_limit);
  const Number k = setting.number("k", 0, Whole(count) - 1);
  return setting.compare("from_the_last", impl::from_the_last(count, k), Whole(count) - 1 - Whole(k));
}

}  // namespace

std::vector<Claim> range_claims() {
  return {
      {.name = "tile_count",
       .words = "the fewest tiles that hold all items",
       .kind = Kind::shaped,
       .state = tile_count,
       .shown_by = "sink"},
      {.name = "tile_range",
       .words = "tile t is [t * size, (t + 1) * size), cut at the end: none is empty, none overlaps",
       .kind = Kind::shaped,
       .state = tile_range,
       .shown_by = "sink"},
      {.name = "padded_range",
       .words = "a padded range has its first item, and less than a group of lanes more",
       .state = padded_range,
       .shown_by = "sink"},
      {.name = "tile_size",
       .words = "a tile has the size asked for, or the kernel's, within what is allowed",
       .state = tile_size},
      {.name = "part_count", .words = "as many parts as asked for, at least one, and no more than tiles", .state = part_count},
      {.name = "part_range",
       .words = "the parts of a split follow one another from 0 to the end, even to one",
       .state = part_range},
      {.name = "place_of", .words = "an item's row and its place in the row", .state = place_of},
      {.name = "from_the_last", .words = "the k-th from the last", .state = from_the_last},
  };
}

}  // namespace boresight::proofs
