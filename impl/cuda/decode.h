// cuda/decode: few queries against many keys (Flash-Decoding, Dao et al. 2023), bound by memory: keys and values are read once
// for all query heads of their key/value head, in the problem's own type, and computed with in f32. A block packs the rows of
// several heads and takes one part of the tiles that they visit; the last block of these rows to be through merges the parts by
// (m, l), in their order, whichever it is. While products are computed from the keys of a tile its values are on their way, and
// while values are summed the next keys are. Rows come in pieces of 16 bytes (decode_cut.h), copied by the machine, or element by
// element where they do not lie so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "impl/cuda/call.h"
#include "impl/cuda/decode_cut.h"
#include "impl/cuda/score.h"
#include "impl/cuda/weights.h"

namespace boresight::impl::cuda {

template <class Element>
inline constexpr std::int32_t bytes_of = std::is_same_v<Element, float> ? 4 : 2;

// Neighbours of a row, that are loaded at once; Element: float, Bf16, F16.
template <class Element, int count>
struct alignas(count* bytes_of<Element>) Elements {
  std::conditional_t<std::is_same_v<Element, float>, float, std::uint32_t> words[count * bytes_of<Element> / 4];

  static DEVICE const Elements& at(const void* first) { return *static_cast<const Elements*>(first); }
  DEVICE float operator[](int i) const {
    if constexpr (std::is_same_v<Element, float>)
      return words[i];
    else
      return widen<Element>(std::uint16_t(words[i / 2] >> (16 * (i % 2))));
  }
};

// The places of a thread in rows of so many pieces, as all threads of a block go over them together: without a division a step.
class Walk {
 public:
  DEVICE Walk(std::int32_t width, std::int32_t threads)
      : width_(width), here_(place_of(thread(), width)), step_(place_of(threads, width)) {}
  DEVICE std::int32_t row() const { return here_.row; }
  DEVICE std::int32_t at() const { return here_.at; }
  DEVICE void go_on() {
    here_ = {here_.row + step_.row, here_.at + step_.at};
    if (here_.at >= width_) here_ = {here_.row + 1, here_.at - width_};
  }

 private:
  std::int32_t width_;
  Place<std::int32_t> here_, step_;
};

// `rows`: packed, at most.
template <class Element, int rows>
struct Decode {
  using Parameters = Call;
  static constexpr int threads = decode_threads;
  static constexpr std::int32_t keys = threads;                 // of a tile, at most
  static constexpr int row_threads = decode_row_threads(rows);  // that share a row's scores
  static constexpr int slices = decode_slices;                  // of a key, for as many threads, which have as many keys
  static constexpr std::int32_t piece = piece_bytes / bytes_of<Element>;
  static_assert(row_threads <= 32 && (row_threads & (row_threads - 1)) == 0);

  struct Shared {
    alignas(16) std::byte memory[DecodeMemory::bytes];  // queries, keys, values; at the end the sums of the groups
    alignas(16) float weights[keys][rows];
    float products[rows][keys + 8];                      // a row's threads begin in other banks than the next row's
    float factor[rows];                                  // of sums so far, and of the whole row at the end
    const std::byte *key_rows[keys], *value_rows[keys];  // null: hidden by rule 1
    std::uint8_t open[keys];                             // the same of the tile whose scores are finished
    bool last;
  };
  static constexpr std::size_t shared_bytes = sizeof(Shared);
  static_assert(shared_bytes <= 113 * 1024);
  static_assert(threads * decode_value_columns * rows * sizeof(float) <= DecodeMemory::bytes);

  // Of rows that are packed together: [batch][kv_head][row tile][members], in all their parts.
  static constexpr std::int64_t packs(const Call& call) {
    return std::int64_t(call.batch) * call.kv_heads * call.g.row_tiles(call.tile_queries) * chunks(call);
  }
  static constexpr std::int64_t items(const Call& call) { return packs(call) * call.parts; }

  static DEVICE void run(const Call& call) {
    for_each_item(items(call), [&](std::int64_t item) {
      const auto [pack, part] = place_of(item, std::int64_t(call.parts));
      const auto [tile, chunk] = place_of(pack, std::int64_t(chunks(call)));
      const auto [head, number] = place_of(tile, std::int64_t(call.g.row_tiles(call.tile_queries)));
      const auto [batch, kv_head] = place_of(head, std::int64_t(call.kv_heads));
      const Range<std::int32_t> mine = call.g.row_tile(call.tile_queries, std::int32_t(number));
      const TileVisits<std::int32_t> visits = call.g.tile_visits(mine, call.tile_keys);
      const std::int32_t parts = part_count(visits.count(), call.parts);
      if (part >= parts) return;  // rows that see less than others have fewer
      Decode(call, {std::int32_t(batch), std::int32_t(kv_head), std::int32_t(chunk), mine, pack, std::int32_t(part), parts})
          .attend(visits);
    });
  }

 private:
  struct Item {
    std::int32_t batch, kv_head, chunk;
    Range<std::int32_t> tile;  // of rows
    std::int64_t pack;
    std::int32_t part, parts;
  };

  static constexpr std::int32_t chunks(const Call& call) { return tile_count(call.head_map.group(), call.members); }

  DEVICE Decode(const Call& call, const Item& item)
      : call_(call),
        item_(item),
        members_(tile_range(call.head_map.group(), call.members, item.chunk)),
        packed_(members_.size() * item.tile.size()),
        mine_(min_of(std::int32_t(thread() / row_threads), packed_ - 1)),
        scorer_(call, item.batch, head_of(mine_)),
        memory_(decode_memory(call.head_dim, call.value_dim, bytes_of<Element>)),
        values_at_(place_of(std::int32_t(thread()), tile_count(call.value_dim, decode_value_columns))),
        shared_(*static_cast<Shared*>(shared_memory())) {}

  // ---- Packed rows: [member][row] ----

  DEVICE std::int32_t head_of(std::int32_t r) const {
    return call_.head_map.query_head_of(item_.kv_head, members_.begin + place_of(r, item_.tile.size()).row);
  }
  DEVICE std::int32_t row_of(std::int32_t r) const { return item_.tile.begin + place_of(r, item_.tile.size()).at; }

  // A thread is one of those that share a row's scores. Past the last row it does as its warp does, for nothing.
  static DEVICE int row() { return thread() / row_threads; }
  static DEVICE int of_row() { return thread() % row_threads; }

  // ---- What lies where ----

  DEVICE float* query(int r) const { return reinterpret_cast<float*>(shared_.memory) + r * memory_.query_stride(); }
  DEVICE std::byte* key(std::int32_t c) const {
    return shared_.memory + rows * memory_.query_stride() * std::int32_t(sizeof(float)) + c * memory_.key_stride();
  }
  DEVICE std::byte* value(std::int32_t c) const { return key(padded(call_.tile_keys, slices)) + c * memory_.value_stride(); }
  DEVICE std::int32_t value_groups() const { return decode_value_groups(call_.value_dim); }
  DEVICE float* group_sum(std::int32_t group, std::int32_t r, std::int32_t d) const {
    const std::int32_t width = padded(call_.value_dim, decode_value_columns);
    return reinterpret_cast<float*>(shared_.memory) + (group * rows + r) * width + d;
  }

  // ---- A part of the tiles ----

  DEVICE void attend(const TileVisits<std::int32_t>& visits) {
    const auto columns = [&](std::int32_t visit) { return call_.g.column_tile(call_.tile_keys, visits.tile(visit)); };
    const Range<std::int32_t> mine = part_range(visits.count(), item_.parts, item_.part);
    if (mine.size() > 0) {
      find_keys(columns(mine.begin));
      find_values(columns(mine.begin));
      barrier();
      load_keys(columns(mine.begin));
      load_queries();
    }
    for (std::int32_t visit = mine.begin; visit < mine.end; ++visit) {
      const Range<std::int32_t> tile = columns(visit),
                                next = visit + 1 < mine.end ? columns(visit + 1) : Range<std::int32_t>{0, 0};
      wait_copies<0>();
      barrier();  // its keys are there, and nobody is at the last tile's values, weights or factors
      load_values(tile);
      find_keys(next);
      multiply(tile.size());
      barrier();  // its products are there, and nobody is at its keys
      load_keys(next);
      weigh(tile);
      wait_copies<1>();  // but for the next keys
      barrier();         // its values are there, its weights and factors
      add_values(tile.size());
      find_values(next);
    }
    finish();
  }

  DEVICE void load_queries() const {
    for (int r = 0; r < rows; ++r) {
      const bool there = r < packed_;
      const std::int64_t first = there ? call_.q.offset(item_.batch, head_of(r), row_of(r)) : 0;
      for (std::int32_t d = thread(); d < memory_.query_stride(); d += threads)
        query(r)[d] = there && d < call_.head_dim ? call_.q.element(first + d * call_.q.step()) : 0.0f;
    }
  }

  // Where rows lie is found by a thread a column. Nothing is read of columns that rule 1 hides, whatever they hold.
  DEVICE const std::byte* find(const KeyViews& views, std::int32_t column) const {
    if (!scorer_.open_to_any(column)) return nullptr;
    const KeyViews::Row at = views.row(call_.g, item_.batch, item_.kv_head, column);
    return static_cast<const std::byte*>(at.part->data) + at.offset * bytes_of<Element>;
  }
  DEVICE void find_keys(Range<std::int32_t> columns) const {
    const std::int32_t c = thread();
    if (c < columns.size()) shared_.key_rows[c] = find(call_.k, columns.begin + c);
  }
  DEVICE void find_values(Range<std::int32_t> columns) const {
    const std::int32_t c = thread();
    if (c >= columns.size()) return;
    shared_.value_rows[c] = find(call_.v, columns.begin + c);
    shared_.open[c] = shared_.value_rows[c] != nullptr;
  }

  // One group of copies each.
  DEVICE void load_keys(Range<std::int32_t> tile) const {
    load(call_.k, tile, shared_.key_rows, call_.keys_in_pieces, call_.head_dim, memory_.key_pieces, key(0), memory_.key_stride());
  }
  DEVICE void load_values(Range<std::int32_t> tile) const {
    load(call_.v, tile, shared_.value_rows, call_.values_in_pieces, call_.value_dim, memory_.value_pieces, value(0),
         memory_.value_stride());
  }
  DEVICE void load(const KeyViews& views, Range<std::int32_t> tile, const std::byte* const* found, bool in_pieces,
                   std::int32_t width, std::int32_t pieces, std::byte* to, std::int32_t stride) const {
    if (in_pieces)
      copy_pieces(tile, found, pieces, to, stride);
    else
      copy_elements(views, tile, found, width, pieces, to, stride);
    commit_copies();
  }
  static DEVICE void copy_pieces(Range<std::int32_t> tile, const std::byte* const* found, std::int32_t pieces, std::byte* to,
                                 std::int32_t stride) {
    for (Walk walk(pieces, threads); walk.row() < tile.size(); walk.go_on()) {
      const std::byte* const from = found[walk.row()];
      std::byte* const at = to + walk.row() * stride + walk.at() * piece_bytes;
      if (from != nullptr)
        copy_async(at, from + walk.at() * piece_bytes, true);
      else
        *reinterpret_cast<Elements<float, 4>*>(at) = {};
    }
  }
  // At once, and slowly.
  DEVICE void copy_elements(const KeyViews& views, Range<std::int32_t> tile, const std::byte* const* found, std::int32_t width,
                            std::int32_t pieces, std::byte* to, std::int32_t stride) const {
    using Bits = std::conditional_t<std::is_same_v<Element, float>, float, std::uint16_t>;
    for (Walk walk(pieces * piece, threads); walk.row() < tile.size(); walk.go_on()) {
      Bits bits{};
      if (found[walk.row()] != nullptr && walk.at() < width) {
        const KeyViews::Row from = views.row(call_.g, item_.batch, item_.kv_head, tile.begin + walk.row());
        bits = from.part->template as<Bits>(from.offset + walk.at() * from.part->step());
      }
      reinterpret_cast<Bits*>(to + walk.row() * stride)[walk.at()] = bits;
    }
  }

  // Products of all rows and the tile's keys, keys 4y .. 4y+3 by 4 neighbours, of which each takes every fourth piece: so a query
  // that was loaded is used four times. Then each has the sum of its own key. Rows past the tile's end hold anything.
  DEVICE void multiply(std::int32_t count) const {
    if (warp() * warp_size >= count) return;
    static constexpr int at_once = rows < 8 ? rows : 8;  // what registers can hold beside the sums of values
    UNROLL_BY(1)
    for (int first = 0; first < rows; first += at_once) multiply_rows<at_once>(first, count);
  }
  template <int at_once>
  DEVICE void multiply_rows(int first_row, std::int32_t count) const {
    const int slice = thread() % slices, first = thread() - slice;
    float sums[at_once][slices] = {};
    if (first < count) {
      UNROLL_BY(1)
      for (std::int32_t p = slice; p < memory_.key_pieces; p += slices) {
        Elements<Element, piece> pieces[slices];
        UNROLL
        for (int j = 0; j < slices; ++j) pieces[j] = Elements<Element, piece>::at(key(first + j) + p * piece_bytes);
        UNROLL
        for (int d = 0; d < piece; d += 4) {
          UNROLL
          for (int i = 0; i < at_once; ++i) {
            const auto four = Elements<float, 4>::at(query(first_row + i) + p * piece + d);
            UNROLL
            for (int e = 0; e < 4; ++e) {
              UNROLL
              for (int j = 0; j < slices; ++j) sums[i][j] = fused(four[e], pieces[j][d + e], sums[i][j]);
            }
          }
        }
      }
    }
    const bool odd = slice % 2 != 0, high = slice / 2 != 0;
    UNROLL
    for (int i = 0; i < at_once; ++i) {
      const auto [a, b, c, d] = sums[i];
      const float low_pair = (odd ? b : a) + shuffle_xor(odd ? a : b, 1), high_pair = (odd ? d : c) + shuffle_xor(odd ? c : d, 1);
      shared_.products[first_row + i][thread()] = (high ? high_pair : low_pair) + shuffle_xor(high ? low_pair : high_pair, 2);
    }
  }

  // Products become scores, and these weights, by the threads of each row: columns x, x + row_threads, ..
  DEVICE void weigh(Range<std::int32_t> columns) {
    if (warp() * warp_size / row_threads >= packed_) return;  // a warp's lanes stay together: they reduce rows
    Tile tile = tile_of(call_, scorer_, item_.tile, columns, keys);
    // Hardly an entry of a strip would be read twice: a table's bias is looked up where it is wanted.
    if (tile.bias == TileBias::strip) tile.bias = TileBias::each;
    const bool keys_masked = call_.key_mask.there() || call_.memory_mask.there();
    float scores[rows];
    UNROLL
    for (int j = 0; j < rows; ++j) scores[j] = shared_.products[row()][of_row() + j * row_threads];
    finish_scores<1, rows>(
        call_, scorer_, tile, nullptr, keys_masked ? shared_.open : nullptr, [&](int) { return row_of(mine_); },
        [&](int j) { return columns.begin + of_row() + j * row_threads; }, [&](int, int j) -> float& { return scores[j]; });
    float most = reference_;
    UNROLL
    for (int j = 0; j < rows; ++j) most = fmaxf(most, scores[j]);
    const float reference = largest_of_row(most), factor = weight_of(reference_, reference);
    reference_ = reference;
    denominator_ *= factor;
    if (of_row() == 0) shared_.factor[row()] = factor;
    UNROLL
    for (int j = 0; j < rows; ++j) {
      const float weight = weight_of(scores[j], reference);
      denominator_ += weight;
      shared_.weights[of_row() + j * row_threads][row()] = weight;
    }
  }

  static DEVICE float largest_of_row(float value) {
    UNROLL
    for (int mask = 1; mask < row_threads; mask *= 2) value = fmaxf(value, shuffle_xor(value, mask));
    return value;
  }
  static DEVICE float sum_of_row(float value) {
    UNROLL
    for (int mask = 1; mask < row_threads; mask *= 2) value += shuffle_xor(value, mask);
    return value;
  }

  DEVICE void add_values(std::int32_t count) {
    UNROLL
    for (int i = 0; i < rows; ++i) {
      UNROLL
      for (int e = 0; e < decode_value_columns; ++e) sums_[i][e] *= shared_.factor[i];
    }
    if (values_at_.row >= value_groups()) return;
    UNROLL_BY(2)
    for (std::int32_t c = values_at_.row; c < count; c += value_groups()) {
      const auto four =
          Elements<Element, decode_value_columns>::at(value(c) + values_at_.at * decode_value_columns * bytes_of<Element>);
      UNROLL
      for (int first = 0; first < rows; first += 4) {
        const auto weights = Elements<float, 4>::at(&shared_.weights[c][first]);
        UNROLL
        for (int i = 0; i < 4; ++i) {
          UNROLL
          for (int e = 0; e < decode_value_columns; ++e) sums_[first + i][e] = fused(weights[i], four[e], sums_[first + i][e]);
        }
      }
    }
  }

  // ---- The end of a part, and of all ----

  DEVICE void finish() {
    barrier();  // nobody is at values or factors
    if (values_at_.row < value_groups()) {
      UNROLL
      for (int i = 0; i < rows; ++i) {
        UNROLL
        for (int e = 0; e < decode_value_columns; ++e)
          *group_sum(values_at_.row, i, values_at_.at * decode_value_columns + e) = sums_[i][e];
      }
    }
    const float denominator = sum_of_row(denominator_);
    const auto sum = [&](std::int32_t r, std::int32_t d) {
      float all = *group_sum(0, r, d);
      for (std::int32_t group = 1; group < value_groups(); ++group) all += *group_sum(group, r, d);
      return all;
    };
    if (item_.parts == 1) {
      end_rows(reference_, denominator);
      barrier();  // sums and factors are there
      store_rows(sum);
      return;
    }
    const Partials& partials = call_.partials;
    if (of_row() == 0) {
      partials.references[partial(item_.part, row())] = reference_;
      partials.denominators[partial(item_.part, row())] = denominator;
    }
    barrier();  // sums are there
    for_each_element(
        [&](std::int32_t r, std::int32_t d) { partials.sums[partial(item_.part, r) * call_.value_dim + d] = sum(r, d); });
    barrier();  // all have left what they have, and one tells for all
    if (thread() == 0) {
      fence();
      shared_.last = atomic_add(&partials.done[item_.pack], 1) == item_.parts - 1;
      fence();
    }
    barrier();
    if (shared_.last) merge();
  }

  // Of a part and a row in Partials.
  DEVICE std::int64_t partial(std::int32_t part, std::int32_t r) const { return (item_.pack * call_.parts + part) * rows + r; }

  DEVICE void merge() const {
    const Partials& partials = call_.partials;
    float reference = minus_infinity, denominator = 0;
    for (std::int32_t part = of_row(); part < item_.parts; part += row_threads)
      reference = fmaxf(reference, partials.references[partial(part, row())]);
    reference = largest_of_row(reference);
    for (std::int32_t part = of_row(); part < item_.parts; part += row_threads) {
      const std::int64_t at = partial(part, row());
      const float factor = weight_of(partials.references[at], reference);
      denominator = fused(factor, partials.denominators[at], denominator);
      partials.references[at] = factor;  // for all threads
    }
    end_rows(reference, sum_of_row(denominator));
    barrier();  // factors of parts and of rows are there
    store_rows([&](std::int32_t r, std::int32_t d) {
      float all = 0;
      UNROLL_BY(8)  // loads, that wait for one another otherwise
      for (std::int32_t part = 0; part < item_.parts; ++part)
        all = fused(partials.references[partial(part, r)], partials.sums[partial(part, r) * call_.value_dim + d], all);
      return all;
    });
  }

  DEVICE void end_rows(float reference, float denominator) const {
    if (of_row() != 0 || row() >= packed_) return;
    const RowEnd end = end_row(call_, head_of(row()), reference, denominator);
    shared_.factor[row()] = end.factor;
    if (call_.lse.there()) call_.lse.as<float>(call_.lse.offset(item_.batch, head_of(row()), row_of(row()))) = end.lse;
  }

  template <class Body>
  DEVICE void for_each_element(Body body) const {
    for (Walk walk(call_.value_dim, threads); walk.row() < packed_; walk.go_on()) body(walk.row(), walk.at());
  }
  template <class Sum>
  DEVICE void store_rows(Sum sum) const {
    for_each_element([&](std::int32_t r, std::int32_t d) {
      call_.out.store(call_.out.offset(item_.batch, head_of(r), row_of(r), d), shared_.factor[r] * sum(r, d));
    });
  }

  const Call& call_;
  Item item_;
  Range<std::int32_t> members_;
  std::int32_t packed_;  // rows
  std::int32_t mine_;    // the packed row of the thread's scores
  Scorer scorer_;
  DecodeMemory memory_;
  Place<std::int32_t> values_at_;  // group, and which 4 of the columns
  Shared& shared_;
  float sums_[rows][decode_value_columns] = {};
  float reference_ = minus_infinity, denominator_ = 0;  // of the thread's own columns
};

}  // namespace boresight::impl::cuda
