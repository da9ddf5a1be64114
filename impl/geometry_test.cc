// Geometry against plain statements of the specification: exhaustively for small sizes, and at the size limit with an
// integer that reports every overflow.
#include "impl/geometry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace boresight::impl {
namespace {

// ---- The specification, said again ----

struct Layout {
  std::int64_t n, S, M, P, left, right;  // left and right as in Window
  bool causal;
  std::int64_t columns() const { return P + M + S; }
  std::int64_t delta(std::int64_t row, std::int64_t column) const { return (S - n + row) - (column - P - M); }
  bool sees(std::int64_t row, std::int64_t column) const {
    if (column < P) return true;
    const std::int64_t d = delta(row, column);
    return (!causal || d >= 0) && (left == -1 || d <= left) && (right == -1 || -d <= right);
  }
  std::string text() const {
    std::string words;
    for (const std::int64_t number : {n, S, M, P, left, right, std::int64_t(causal)}) words += std::to_string(number) + " ";
    return "n S M P left right causal: " + words;
  }
};

template <class N>
Geometry<N> geometry_in(const Layout& layout) {
  return {N(layout.n),
          N(layout.S),
          N(layout.M),
          N(layout.P),
          N(window_side(layout.left)),
          N(right_side(layout.causal, layout.right))};
}

template <class Check>
void for_all_small_layouts(Check check) {
  for (std::int64_t n = 0; n <= 5; ++n)
    for (std::int64_t S = 0; S <= 5; ++S)
      for (std::int64_t M = 0; M <= 3; ++M)
        for (std::int64_t P = 0; P <= 3; ++P)
          for (std::int64_t left = -1; left <= 5; ++left)
            for (std::int64_t right = -1; right <= 5; ++right)
              for (const bool causal : {false, true}) check(Layout{n, S, M, P, left, right, causal});
}

// Which row sees which column of a layout, [n][K].
std::vector<std::vector<bool>> sight_of(const Layout& layout) {
  std::vector<std::vector<bool>> sight(std::size_t(layout.n), std::vector<bool>(std::size_t(layout.columns())));
  for (std::int64_t row = 0; row < layout.n; ++row)
    for (std::int64_t column = 0; column < layout.columns(); ++column)
      sight[std::size_t(row)][std::size_t(column)] = layout.sees(row, column);
  return sight;
}

// How many (row, column) pairs of a tile see each other.
int pairs_seen(const std::vector<std::vector<bool>>& sight, Range<std::int32_t> rows, Range<std::int32_t> tile) {
  int seen = 0;
  for (std::int32_t row = rows.begin; row < rows.end; ++row)
    for (std::int32_t column = tile.begin; column < tile.end; ++column) seen += sight[std::size_t(row)][std::size_t(column)];
  return seen;
}

TEST(Geometry, PlacesEveryColumnAndSeesAsTheSpecificationSays) {
  int wrong = 0;
  for_all_small_layouts([&](const Layout& layout) {
    const auto g = geometry_in<std::int32_t>(layout);
    wrong += g.columns().end != layout.columns();
    for (std::int32_t column = 0; column < layout.columns(); ++column) {
      const int part = column < layout.P ? 0 : column < layout.P + layout.M ? 1 : 2;
      const std::int64_t before[] = {0, layout.P, layout.P + layout.M};
      wrong += g.key_part(column) != part;
      wrong += g.row_in_part(column) != column - before[part];
      for (std::int32_t end = column + 1; end <= layout.columns(); ++end)
        for (std::int32_t other = 0; other < 3; ++other) {
          const std::int64_t after[] = {layout.P, layout.P + layout.M, layout.columns()};
          const Range<std::int32_t> run = g.run_of_part({column, end}, other);
          wrong += run.begin != std::clamp<std::int64_t>(before[other], column, end);
          wrong += run.end != std::clamp<std::int64_t>(after[other], column, end);
        }
      wrong += part > 0 && g.token_index(column) != column - layout.P;
      for (std::int32_t row = 0; row < layout.n; ++row) {
        wrong += g.signed_distance(row, column) != layout.delta(row, column);
        wrong += g.visible(row, column) != layout.sees(row, column);
        wrong += g.query_token_index(row) != layout.M + layout.S - layout.n + row;
      }
    }
    ASSERT_EQ(wrong, 0) << layout.text();
  });
}

// What row_view() says of one row against who sees whom.
bool views_as_it_sees(const Geometry<std::int32_t>& g, const std::vector<std::vector<bool>>& sight, std::int32_t row,
                      Range<std::int32_t> tile) {
  const RowView<std::int32_t> view = g.row_view(row, tile);
  const std::int32_t width = tile.end - tile.begin;
  bool good = 0 <= view.persistent_end && view.persistent_end <= view.band.begin && view.band.end <= width;
  for (std::int32_t c = 0; c < width; ++c) {
    const bool seen = c < view.persistent_end || (view.band.begin <= c && c < view.band.end);
    good = good && seen == sight[std::size_t(row)][std::size_t(tile.begin + c)];
  }
  return good;
}

// What view() says of some rows against who sees whom.
bool views_what_some_row_sees(const Geometry<std::int32_t>& g, const std::vector<std::vector<bool>>& sight,
                              Range<std::int32_t> rows, Range<std::int32_t> tile) {
  const RowView<std::int32_t> view = g.view(rows, tile);
  bool good = 0 <= view.persistent_end && view.persistent_end <= std::min(view.band.begin, view.band.end) &&
              std::max(view.band.begin, view.band.end) <= tile.size();
  for (std::int32_t c = 0; c < tile.size(); ++c) {
    const bool seen = pairs_seen(sight, rows, {tile.begin + c, tile.begin + c + 1}) > 0;
    good = good && (c < view.persistent_end || view.band.contains(c)) == seen;
  }
  return good;
}

// Tiles `size` wide for one range of rows: the first complaint, or nothing.
std::string complaint_about_tiles(const Geometry<std::int32_t>& g, const std::vector<std::vector<bool>>& sight,
                                  Range<std::int32_t> rows, std::int32_t size) {
  const auto visits = g.tile_visits(rows, size);
  std::vector<int> visited(std::size_t(tile_count(g.columns().end, size)));
  std::int32_t last = -1;
  for (std::int32_t visit = 0; visit < visits.count(); ++visit) {
    const std::int32_t tile = visits.tile(visit);
    if (!(last < tile && tile < std::int32_t(visited.size()))) return "visits out of order or outside";
    if (visits.visit_of(tile) != visit) return "visit_number";
    ++visited[std::size_t(last = tile)];
  }
  for (std::int32_t tile = 0; tile < std::int32_t(visited.size()); ++tile) {
    const auto range = tile_range(g.columns().end, size, tile);
    const int seen = pairs_seen(sight, rows, range), all = (rows.end - rows.begin) * (range.end - range.begin);
    if (visited[std::size_t(tile)] != (seen > 0)) return seen > 0 ? "needed tile not visited" : "visited tile not needed";
    if (g.tile_needed(rows, range) != (seen > 0)) return "tile_needed";
    if (g.tile_plain(rows, range) != (seen == all)) return "tile_plain";
    if (!views_as_it_sees(g, sight, rows.begin, range)) return "row_view";
    if (!views_what_some_row_sees(g, sight, rows, range)) return "view";
  }
  return "";
}

TEST(Geometry, VisitsEachNeededTileOnceAndKnowsThePlainOnes) {
  for_all_small_layouts([&](const Layout& layout) {
    const auto g = geometry_in<std::int32_t>(layout);
    const auto sight = sight_of(layout);
    for (std::int32_t height = 1; height <= 4; ++height)
      for (std::int32_t row_tile = 0; row_tile < tile_count(g.rows().end, height); ++row_tile)
        for (std::int32_t width = 1; width <= 4; ++width) {
          const auto rows = tile_range(g.rows().end, height, row_tile);
          const std::string complaint = complaint_about_tiles(g, sight, rows, width);
          ASSERT_EQ(complaint, "") << layout.text() << "rows from " << rows.begin << " to " << rows.end << " width " << width;
        }
  });
}

TEST(Geometry, KnowsTheRowsThatSeeAColumn) {
  for_all_small_layouts([&](const Layout& layout) {
    const auto g = geometry_in<std::int32_t>(layout);
    int wrong = 0;
    for (std::int32_t column = 0; column < layout.columns(); ++column) {
      const Range<std::int32_t> rows = g.rows_that_see(column);
      wrong += !(0 <= rows.begin && rows.begin <= rows.end && rows.end <= layout.n) && layout.n > 0;
      for (std::int32_t row = 0; row < layout.n; ++row) wrong += rows.contains(row) != layout.sees(row, column);
    }
    ASSERT_EQ(wrong, 0) << layout.text();
  });
}

TEST(Geometry, TilesCoverAllItemsOnce) {
  for (std::int32_t items = 0; items <= 20; ++items)
    for (std::int32_t size = 1; size <= 21; ++size) {
      std::int32_t next = 0;
      for (std::int32_t tile = 0; tile < tile_count(items, size); ++tile) {
        const auto range = tile_range(items, size, tile);
        EXPECT_EQ(range.begin, next);
        EXPECT_TRUE(range.begin < range.end && range.end - range.begin <= size);
        next = range.end;
      }
      EXPECT_EQ(next, items);
    }
}

TEST(Geometry, PartsCoverAllVisitsOnceAndAreEven) {
  for (std::int32_t count = 0; count <= 20; ++count)
    for (std::int32_t parts = 1; parts <= 23; ++parts) {
      std::int32_t next = 0;
      for (std::int32_t part = 0; part < parts; ++part) {
        const auto range = part_range(count, parts, part);
        EXPECT_EQ(range.begin, next);
        EXPECT_TRUE(count / parts <= range.end - range.begin && range.end - range.begin <= count / parts + 1);
        next = range.end;
      }
      EXPECT_EQ(next, count);
    }
}

TEST(Geometry, MergesCausalityAndClampsTheWidestWindows) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(window_side<std::int64_t>(-1), widest_side);
  EXPECT_EQ(window_side(most), widest_side);
  EXPECT_EQ(window_side<std::int64_t>(0), 0);
  EXPECT_EQ(window_side(size_limit), size_limit);
  EXPECT_EQ(right_side<bool>(true, most), 0);
  EXPECT_EQ(right_side<bool>(false, std::int64_t{7}), 7);
  Problem problem;
  problem.causal = true;
  problem.window = {most, 3};
  problem.queries = problem.segment = 2;
  EXPECT_TRUE(geometry_of(problem).visible(1, 0));
  EXPECT_FALSE(geometry_of(problem).visible(0, 1));
}

// ---- At the size limit ----

// An int32 that counts the operations whose result is none, and divisions that truncate towards zero.
struct Checked {
  std::int64_t value = 0;
  static inline int overflows = 0;
  explicit Checked(std::int64_t number) : value(number) { overflows += number != std::int32_t(number); }
  friend Checked operator+(Checked a, Checked b) { return Checked(a.value + b.value); }
  friend Checked operator-(Checked a, Checked b) { return Checked(a.value - b.value); }
  friend Checked operator*(Checked a, Checked b) { return Checked(a.value * b.value); }
  friend Checked operator/(Checked a, Checked b) {
    overflows += a.value < 0 || b.value <= 0;
    return Checked(a.value / b.value);
  }
  friend bool operator<(Checked a, Checked b) { return a.value < b.value; }
  friend bool operator<=(Checked a, Checked b) { return a.value <= b.value; }
  friend Checked select(bool condition, Checked yes, Checked no) { return condition ? yes : no; }
};

std::vector<Layout> layouts_at_the_limit() {
  std::vector<Layout> layouts;
  const std::int64_t sizes[] = {0, 1, 127, size_limit / 2, size_limit - 1, size_limit};
  for (const std::int64_t n : sizes)
    for (const std::int64_t S : sizes)
      for (const std::int64_t M : sizes)
        for (const std::int64_t P : sizes)
          for (const std::int64_t left : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, size_limit, size_limit + 200})
            for (const std::int64_t right : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, size_limit, size_limit + 200})
              if (n > 0 && P + M + S > 0 && P + M + S <= size_limit) layouts.push_back({n, S, M, P, left, right, false});
  return layouts;
}

// The edges of [0, items), and the middle.
std::vector<std::int64_t> places(std::int64_t items) { return {0, items / 2, items - 1}; }

TEST(Geometry, NeverOverflowsAndStaysRightAtTheSizeLimit) {
  const auto layouts = layouts_at_the_limit();
  ASSERT_GT(layouts.size(), 1000u);
  for (const Layout& layout : layouts) {
    const auto g = geometry_in<Checked>(layout);
    Checked::overflows = 0;
    int wrong = 0;
    for (const std::int64_t row : places(layout.n))
      for (const std::int64_t column : places(layout.columns()))
        for (const std::int64_t lane : {0, 127}) {
          wrong += g.rows_that_see(Checked(column)).contains(Checked(row)) != layout.sees(row, column);
          wrong += g.signed_distance(Checked(row + lane), Checked(column)).value != layout.delta(row + lane, column);
          wrong += g.signed_distance(Checked(row), Checked(column + lane)).value != layout.delta(row, column + lane);
          wrong += g.visible(Checked(row), Checked(column)) != layout.sees(row, column);
          wrong += g.row_in_part(Checked(column)).value < 0;
          wrong += geometry_in<std::int64_t>(layout).distance_index(layout.delta(row, column)) !=
                   layout.delta(row, column) + layout.n - 1;
        }
    ASSERT_EQ(wrong, 0) << layout.text();
    ASSERT_EQ(Checked::overflows, 0) << layout.text();
  }
}

// Whether a tile is visited is checked for the tiles that hold the rows' outermost columns.
TEST(Geometry, TileRangesNeverOverflowAtTheSizeLimit) {
  for (const Layout& layout : layouts_at_the_limit())
    for (const std::int64_t size : {1, 3, 16, 128}) {
      const auto g = geometry_in<Checked>(layout);
      Checked::overflows = 0;
      int wrong = 0;
      for (const std::int64_t row : places(layout.n)) {
        const std::int64_t first = row / size * size, end = std::min(first + size, layout.n);
        const Range<Checked> rows{Checked(first), Checked(end)};
        const auto seen = g.band(rows);
        const auto visits = g.tile_visits(rows, Checked(size));
        const bool none = seen.begin.value == seen.end.value;
        // The row nearest to a column's own position sees it if any does.
        const auto nearest = [&](std::int64_t column) {
          return std::clamp(column - layout.P - layout.M - layout.S + layout.n, first, end - 1);
        };
        wrong += !none && !layout.sees(nearest(seen.begin.value), seen.begin.value);
        wrong += !none && !layout.sees(nearest(seen.end.value - 1), seen.end.value - 1);
        wrong += !none && seen.begin.value > layout.P && layout.sees(first, seen.begin.value - 1);
        wrong += !none && seen.end.value < layout.columns() && layout.sees(end - 1, seen.end.value);
        const auto view = g.view(rows, g.columns());
        wrong += view.persistent_end.value != layout.P || view.band.begin.value != seen.begin.value;
        if (visits.count().value == 0) continue;
        for (const std::int64_t visit : places(visits.count().value)) {
          const auto tile = tile_range(g.columns().end, Checked(size), visits.tile(Checked(visit)));
          wrong += !g.tile_needed(rows, tile);
          wrong +=
              g.tile_plain(rows, tile) && !(layout.sees(first, tile.end.value - 1) && layout.sees(end - 1, tile.begin.value));
          wrong += part_range(visits.count(), Checked(4), Checked(3)).end.value != visits.count().value;
        }
      }
      ASSERT_EQ(wrong, 0) << layout.text() << "tile " << size;
      ASSERT_EQ(Checked::overflows, 0) << layout.text() << "tile " << size;
    }
}

TEST(Geometry, OneRowBeyondTheSizeLimitOverflows) {
  const auto g = geometry_in<Checked>({size_limit + 1, 0, 0, 1, -1, -1, false});
  Checked::overflows = 0;
  g.signed_distance(Checked(0), Checked(127));
  EXPECT_EQ(Checked::overflows, 0);
  g.signed_distance(Checked(0), Checked(128 + 1));
  EXPECT_GT(Checked::overflows, 0);
}

}  // namespace
}  // namespace boresight::impl
