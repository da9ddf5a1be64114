#include "properties/proofs/field/subject_ways.h"

#include <algorithm>

namespace boresight::field {
namespace {

// As simd/flash, with groups, and strips, so small that drawn cases have several.
constexpr std::int32_t group_rows = 3, strip_rows = 7;

// The columns that some row of a key/value head's queries sees and no mask hides from all, as simd/flash lists them once for all
// of these queries: each with its key and its value. A wrong column is a wrong number, no crash.
class Listed {
 public:
  Listed(const FieldProblem& f, std::int64_t kv_head, std::int32_t width)
      : end_(std::int32_t(f.c.columns())),
        width_(width),
        head_(f, impl::heads_of(layout_of(f.c)).query_head_of(kv_head, 0), kv_head, width) {
    const impl::Geometry<std::int32_t>& g = head_.geometry();
    const impl::RowView<std::int32_t> view = g.view(g.rows(), g.columns());
    list({0, view.persistent_end});
    list(view.band);
  }

  // The entries of a range of columns.
  Rows entries(Rows columns) const {
    const auto first = std::lower_bound(columns_.begin(), columns_.end(), columns.begin);
    return {std::int32_t(first - columns_.begin()),
            std::int32_t(std::lower_bound(first, columns_.end(), columns.end) - columns_.begin())};
  }
  std::int32_t column(std::int32_t entry) const { return columns_[std::size_t(entry)]; }
  const Key& key(std::int32_t entry) const { return keys_[std::size_t(entry)]; }
  const Weight* values() const { return values_.data(); }  // [entry][width]

 private:
  void list(Rows columns) {
    for (std::int32_t column = std::max(columns.begin, 0); column < std::min(columns.end, end_); ++column) {
      if (!head_.open_to_any(column)) continue;
      head_.load({column, column + 1});
      columns_.push_back(column);
      keys_.push_back(head_.key(column));
      values_.insert(values_.end(), head_.values(), head_.values() + width_);
    }
  }

  std::int32_t end_, width_;
  Head head_;
  std::vector<std::int32_t> columns_;
  std::vector<Key> keys_;
  std::vector<Weight> values_;
};

// One query head over what is listed: row tiles from the last to the first, of each tile of columns what a group of rows views,
// of each column the rows that see it, distances by strips that serve as many rows and columns as fit.
class ListedHead {
 public:
  ListedHead(const FieldProblem& f, std::int64_t head, std::int64_t kv_head, const Listed& listed)
      : tiling_(tiling_of(f.c)),
        work_(tiling_, impl::padded_width(f.c.width)),
        masks_rows_(!f.attention_mask.empty()),
        head_(f, head, kv_head, work_.width),
        g_(head_.geometry()),
        listed_(listed) {}

  void run(std::vector<State>& states, std::int64_t first) {
    const std::int32_t tiles = g_.row_tiles(tiling_.queries);
    for (std::int32_t k = 0; k < tiles; ++k) {
      const Rows rows = g_.row_tile(tiling_.queries, impl::from_the_last(tiles, k));
      for (std::int32_t r = 0; r < rows.size(); ++r) impl::clear(work_.rows[std::size_t(r)], work_.width);
      impl::for_each_visit(g_, rows, tiling_.keys, 1, 0, [&](std::int32_t, Rows tile) {
        for (std::int32_t number = 0; number < impl::tile_count(rows.size(), group_rows); ++number) {
          const Rows part = impl::tile_range(rows.size(), group_rows, number);
          const Rows group{rows.begin + part.begin, rows.begin + part.end};
          if (g_.tile_needed(group, tile)) attend(rows, group, tile);
        }
      });
      for (std::int32_t row = rows.begin; row < rows.end; ++row)
        states[std::size_t(first + row)] = copy_of(work_.rows[std::size_t(row - rows.begin)], work_.width);
    }
  }

 private:
  void attend(Rows rows, Rows group, Rows tile) {
    const impl::RowView<std::int32_t> view = g_.view(group, tile);
    const Rows persistent = listed_.entries({tile.begin, tile.begin + view.persistent_end});
    const Rows band{tile.begin + view.band.begin, tile.begin + std::max(view.band.begin, view.band.end)};
    const Rows tokens = listed_.entries(band);
    const bool plain = (tokens.size() == 0 || g_.tile_plain(group, band)) && !masks_rows_;
    for (std::int32_t row = group.begin; row < group.end; ++row) {
      entries_.clear();
      scores_.clear();
      for (std::int32_t e = persistent.begin; e < persistent.end; ++e)
        if (plain || head_.open(row, listed_.column(e))) absorb_later(row, e, 0);
      for (std::int32_t e = tokens.begin; e < tokens.end; ++e)
        if (plain || (g_.rows_that_see(listed_.column(e)).contains(row) && head_.open(row, listed_.column(e))))
          absorb_later(row, e, distance(group, band, row, listed_.column(e)));
      if (!entries_.empty())
        impl::absorb(work_.rows[std::size_t(row - rows.begin)], scores_.data(), entries_.data(), std::int32_t(entries_.size()),
                     listed_.values(), impl::TileSums<Field>{work_.tile_sums.data(), work_.tile_sums.data() + work_.width},
                     work_.width);
    }
  }
  void absorb_later(std::int32_t row, std::int32_t entry, std::int64_t distance) {
    entries_.push_back(entry);
    scores_.push_back(head_.score_at(row, listed_.column(entry), listed_.key(entry), distance));
  }

  // By the strip's last entry and the first row's diagonal, as a group reads it.
  std::int64_t distance(Rows group, Rows band, std::int32_t row, std::int32_t column) {
    const auto holds = [](Rows outer, Rows inner) { return outer.begin <= inner.begin && inner.end <= outer.end; };
    if (!holds(strip_rows_, group) || !holds(strip_columns_, band)) {
      strip_rows_ = {std::max(group.end - strip_rows, 0), group.end};
      strip_columns_ = {band.begin, std::min(g_.columns().end - band.begin, 2 * tiling_.keys) + band.begin};
      strip_ = g_.strip(strip_rows_, strip_columns_);
    }
    const std::int32_t diagonal = strip_.length - 1 - g_.strip_begin(strip_rows_, group.begin) + g_.first_token(strip_columns_);
    const std::int32_t entry = strip_.length - 1 - (diagonal - column + (row - group.begin));
    return std::int64_t(strip_.farthest) - entry;
  }

  impl::Tiling tiling_;
  impl::Workspace<Field> work_;
  bool masks_rows_;
  Head head_;
  const impl::Geometry<std::int32_t>& g_;
  const Listed& listed_;
  std::vector<std::int32_t> entries_;  // of one row and tile, and their scores
  std::vector<Score> scores_;
  Rows strip_rows_{0, 0}, strip_columns_{0, 0};
  impl::Strip<std::int32_t> strip_{0, 0};
};

// The states of one part: [members][rows], as simd/decode keeps them for the query heads that read one key/value head.
class PartStates {
 public:
  PartStates(std::int32_t members, std::int32_t rows, std::int32_t width)
      : sums_(std::size_t(members) * std::size_t(rows) * std::size_t(width)), states(std::size_t(members) * std::size_t(rows)) {
    for (std::size_t r = 0; r < states.size(); ++r) states[r].sums = sums_.data() + r * std::size_t(width);
    for (impl::RowState<Field>& state : states) impl::clear(state, width);
  }

 private:
  std::vector<Weight> sums_;

 public:
  std::vector<impl::RowState<Field>> states;
};

// A tile's keys and values as simd/decode finds them: by the runs of its parts.
struct Found {
  Found(Rows tile, Head& head, std::int32_t width)
      : keys(std::size_t(tile.size())), values(std::size_t(tile.size()) * std::size_t(width)) {
    for (std::int32_t part = 0; part < 3; ++part) {
      const Rows run = head.geometry().run_of_part(tile, part);
      head.load_run(run);
      for (std::int32_t column = run.begin; column < run.end; ++column) {
        if (!tile.contains(column)) continue;
        keys[std::size_t(column - tile.begin)] = head.key(run.begin, column - run.begin);
        std::copy_n(head.values() + std::ptrdiff_t(column - run.begin) * width, width,
                    values.begin() + std::ptrdiff_t(column - tile.begin) * width);
      }
    }
  }
  std::vector<Key> keys;
  std::vector<Weight> values;
};

// One tile as simd/decode takes it: what each row views of it, distances by the tile's strip.
void attend_viewed(Rows rows, Rows tile, Head& head, impl::Workspace<Field>& work, impl::RowState<Field>* states) {
  const impl::Geometry<std::int32_t>& g = head.geometry();
  const bool plain = g.tile_plain(rows, tile);
  const Found found(tile, head, work.width);
  for (std::int32_t row = rows.begin; row < rows.end; ++row) {
    const impl::RowView<std::int32_t> view = g.row_view(row, tile);
    const impl::Strip<std::int32_t> strip = g.strip(rows, tile);
    std::int32_t count = 0;
    for (std::int32_t c = 0; c < tile.size(); ++c) {
      const std::int32_t column = tile.begin + c, token = column - g.first_token(tile);
      if (!(plain || c < view.persistent_end || view.band.contains(c)) || !head.open(row, column)) continue;
      const std::int64_t distance = strip.farthest - (g.strip_begin(rows, row) + token);
      work.scores[std::size_t(count)] = head.score_at(row, column, found.keys[std::size_t(c)], distance);
      work.shown[std::size_t(count++)] = c;
    }
    if (count > 0)
      impl::absorb(states[row - rows.begin], work.scores.data(), work.shown.data(), count, found.values.data(),
                   impl::TileSums<Field>{work.tile_sums.data(), work.tile_sums.data() + work.width}, work.width);
  }
}

// Each part of the rows' visits by itself, for every member of the group; some are empty.
std::vector<PartStates> gathered_parts(const FieldProblem& f, std::int32_t kv_head, Rows rows) {
  const impl::Tiling tiling = tiling_of(f.c);
  const auto heads = impl::heads_of(layout_of(f.c));
  impl::Workspace<Field> work(tiling, impl::padded_width(f.c.width));
  std::vector<PartStates> parts;
  for (std::int32_t part = 0; part < tiling.splits; ++part) {
    parts.emplace_back(std::int32_t(heads.group()), rows.size(), work.width);
    for (std::int32_t member = 0; member < heads.group(); ++member) {
      Head head(f, heads.query_head_of(kv_head, member), kv_head, work.width);
      impl::RowState<Field>* const own = parts.back().states.data() + member * rows.size();
      impl::for_each_visit(head.geometry(), rows, tiling.keys, tiling.splits, part,
                           [&](std::int32_t, Rows tile) { attend_viewed(rows, tile, head, work, own); });
    }
  }
  return parts;
}

void merge_parts(const FieldProblem& f, std::int32_t kv_head, Rows rows, std::vector<PartStates>& parts,
                 std::vector<State>& states) {
  const auto heads = impl::heads_of(layout_of(f.c));
  const std::int32_t width = impl::padded_width(f.c.width);
  for (std::int32_t r = 0; r < std::int32_t(parts[0].states.size()); ++r) {
    impl::RowState<Field>& whole = parts[0].states[std::size_t(r)];
    for (std::size_t part = 1; part < parts.size(); ++part) impl::merge(whole, parts[part].states[std::size_t(r)], width);
    const auto [member, row] = impl::place_of(r, rows.size());
    const std::int64_t head = heads.query_head_of(kv_head, member);
    states[std::size_t(head * f.c.queries + rows.begin + row)] = copy_of(whole, width);
  }
}

}  // namespace

std::vector<State> attend_row_by_row(const FieldProblem& f) {
  const impl::Tiling tiling = tiling_of(f.c);
  impl::Workspace<Field> work(tiling, impl::padded_width(f.c.width));
  std::vector<State> states = nobodys_states(f, work.width);
  for (std::int64_t number = 0; number < f.c.heads; ++number) {
    Head head(f, number, work.width);
    for (std::int32_t tile = 0; tile < head.geometry().row_tiles(tiling.queries); ++tile) {
      const Rows rows = head.geometry().row_tile(tiling.queries, tile);
      impl::attend_rows(head.geometry(), rows, tiling, head, work);
      for (std::int32_t row = rows.begin; row < rows.end; ++row)
        states[std::size_t(number * f.c.queries + row)] = copy_of(work.rows[std::size_t(row - rows.begin)], work.width);
    }
  }
  return states;
}

std::vector<State> attend_listed(const FieldProblem& f) {
  const std::int32_t width = impl::padded_width(f.c.width);
  const auto heads = impl::heads_of(layout_of(f.c));
  std::vector<State> states = nobodys_states(f, width);
  for (std::int64_t kv_head = 0; kv_head < f.c.kv_heads; ++kv_head) {
    const Listed listed(f, kv_head, width);
    for (std::int64_t member = 0; member < heads.group(); ++member) {
      const std::int64_t head = heads.query_head_of(kv_head, member);
      ListedHead(f, head, kv_head, listed).run(states, head * f.c.queries);
    }
  }
  return states;
}

std::vector<State> attend_in_parts(const FieldProblem& f) {
  const impl::Geometry<std::int32_t> g = impl::geometry_of(layout_of(f.c));
  const std::int32_t tile_queries = tiling_of(f.c).queries;
  std::vector<State> states = nobodys_states(f, impl::padded_width(f.c.width));
  for (std::int32_t kv_head = 0; kv_head < f.c.kv_heads; ++kv_head)
    for (std::int32_t tile = 0; tile < g.row_tiles(tile_queries); ++tile) {
      const Rows rows = g.row_tile(tile_queries, tile);
      std::vector<PartStates> parts = gathered_parts(f, kv_head, rows);
      merge_parts(f, kv_head, rows, parts, states);
    }
  return states;
}

}  // namespace boresight::field
