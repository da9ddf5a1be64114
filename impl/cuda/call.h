// One attention call as the CUDA kernels read it: sizes, parameters and views, one struct that is passed to a kernel by value.
// A plan makes it (plan.h). Whatever a kernel reads may have been turned or packed into rows of the workspace before (prepare.h);
// a kernel sees views alone, and does not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "impl/cuda/machine.h"
#include "impl/geometry.h"
#include "problem/problem.h"

namespace boresight::impl::cuda {

// A tensor in the memory of whoever runs the kernel. A dimension that is broadcast has stride 0; one of rank r has its strides at
// the front.
struct View {
  const void* data = nullptr;  // null: absent
  std::int64_t stride[4] = {};
  Type type = Type::f32;
  int rank = 0;

  constexpr bool there() const { return data != nullptr; }
  DEVICE std::int64_t offset(std::int64_t a, std::int64_t b = 0, std::int64_t c = 0, std::int64_t d = 0) const {
    return a * stride[0] + b * stride[1] + c * stride[2] + d * stride[3];
  }
  // From one element of a row to the next: of a tensor of rank 4, or of mem_kv's, of rank 3.
  constexpr std::int64_t step() const { return stride[rank - 1]; }
  // The element at an offset as a float: of f32, bf16 or f16.
  DEVICE float element(std::int64_t at) const {
    if (type == Type::f32) return static_cast<const float*>(data)[at];
    const std::uint16_t half = static_cast<const std::uint16_t*>(data)[at];
    return type == Type::bf16 ? widen<Bf16>(half) : widen<F16>(half);
  }
  template <class T>
  DEVICE T& as(std::int64_t at) const {
    return static_cast<T*>(const_cast<void*>(data))[at];
  }
  // Rounds a float into the element at an offset: of f32, bf16 or f16.
  DEVICE void store(std::int64_t at, float value) const {
    if (type == Type::f32)
      as<float>(at) = value;
    else if (type == Type::bf16)
      as<std::uint16_t>(at) = std::uint16_t(pack<Bf16>(value, 0.0f));
    else
      as<std::uint16_t>(at) = std::uint16_t(pack<F16>(value, 0.0f));
  }
};

// What is copied at once, and whether rows of so many elements can be copied so where they lie.
inline constexpr std::int32_t piece_bytes = 16;
inline bool lies_in_pieces(const View& view, std::int32_t width) {
  const auto whole = [&](std::int64_t elements) { return elements * std::int64_t(bytes(view.type)) % piece_bytes == 0; };
  if (!view.there()) return true;
  bool lies = view.step() == 1 && whole(width) && reinterpret_cast<std::uintptr_t>(view.data) % piece_bytes == 0;
  for (int d = 0; d + 1 < view.rank; ++d) lies = lies && whole(view.stride[d]);
  return lies;
}

// The three parts of the keys, or of the values.
struct KeyViews {
  View persistent;  // [G][P][width]
  View memories;    // [B][G][M][width]
  View segment;     // [B][G][S][width]

  struct Row {
    const View* part;
    std::int64_t offset;  // of its first element
  };
  DEVICE Row row(const Geometry<std::int32_t>& g, std::int32_t batch, std::int32_t kv_head, std::int32_t column) const {
    const std::int32_t part = g.key_part(column), at = g.row_in_part(column);
    if (part == 0) return {&persistent, persistent.offset(kv_head, at)};
    if (part == 1) return {&memories, memories.offset(batch, kv_head, at)};
    return {&segment, segment.offset(batch, kv_head, at)};
  }
};

// What the split parts of decode leave for whoever merges them, in the workspace.
struct Partials {
  float* references = nullptr;    // [item][part][rows]
  float* denominators = nullptr;  // the same
  float* sums = nullptr;          // [item][part][rows][value_dim]
  std::int32_t* done = nullptr;   // [item], parts that are through; 0 before a call
};

struct Call {
  Geometry<std::int32_t> g;
  Heads<std::int32_t, bool> head_map;
  std::int32_t batch, heads, kv_heads, head_dim, value_dim;

  View q;  // [B][H][n][D]
  KeyViews k, v;
  View key_mask, memory_mask;  // [B][S], [B][M] u8
  View attention_mask;         // [B|1][H|1][n][K] u8
  View out, lse;               // [B][H][n][Dv]; [B][H][n] f32 or absent

  float scale;
  float softcap;  // 0: none
  SoftcapOrder softcap_order;
  BiasKind bias;
  float bias_scale;                    // of relative_buckets
  bool bidirectional;                  // likewise
  std::int32_t buckets;                // likewise: how many the table has
  std::int32_t bucket_sizes;           // likewise: entries of bucket_of_size, >= 1; longer distances have the last one's bucket
  const std::int32_t* bucket_of_size;  // likewise, by distance without its direction
  View slopes;                         // [B][H] f32, geometric ones too
  View bucket_table;                   // [buckets][H]
  View distance_table;                 // [H][M+S+n-1]
  View dense;                          // [B][H][n][M+S]
  View forget;                         // [B][H][M+S]
  View sinks;                          // [H]
  View query_positions;                // [B][n] i32; absent: by order
  View key_positions;                  // [B][M+S] i32
  bool zero_kv;

  std::int32_t tile_queries, tile_keys;   // as large as the kernel's own, or smaller
  std::int32_t parts, members;            // of decode, as it cuts the problem: decode_cut.h
  bool keys_in_pieces, values_in_pieces;  // likewise: rows can be copied 16 bytes at once
  Partials partials;
};
static_assert(std::is_trivially_copyable_v<Call> && sizeof(Call) <= 4096);  // what a kernel's parameters may take

// Blocks of threads take items in turn, so that a grid is never too large.
template <class Body>
DEVICE void for_each_item(std::int64_t items, Body body) {
  for (std::int64_t item = block().x; item < items; item += blocks().x) {
    body(item);
    barrier();  // what the block shares is free again
  }
}

// Items that are a tile of rows of one head: how many, and body(batch, head, rows) for those of this block.
constexpr std::int64_t row_tiles_of_heads(const Call& call) {
  return std::int64_t(call.batch) * call.heads * call.g.row_tiles(call.tile_queries);
}
template <class Body>
DEVICE void for_each_row_tile_of_heads(const Call& call, Body body) {
  for_each_item(row_tiles_of_heads(call), [&](std::int64_t item) {
    const std::int64_t tiles = call.g.row_tiles(call.tile_queries);
    const Place<std::int64_t> head = place_of(item, tiles), at = place_of(head.row, std::int64_t(call.heads));
    // Under a causal mask the last rows take longest.
    const std::int32_t tile = std::int32_t(from_the_last(tiles, head.at));
    body(std::int32_t(at.row), std::int32_t(at.at), call.g.row_tile(call.tile_queries, tile));
  });
}

}  // namespace boresight::impl::cuda
