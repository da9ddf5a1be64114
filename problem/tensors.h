// Non-owning strided views of everything an attention call reads and writes.
// Keys and values come in three separate parts (mem_kv, memories, segment), never concatenated. A broadcast
// dimension has size 1. Strides count elements and may be anything, negative included.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "problem/problem.h"
#include "problem/result.h"
#include "problem/type.h"

namespace boresight {

struct Tensor {
  void* data = nullptr;  // of element (0, .., 0); null: this tensor is absent
  Type type = Type::f32;
  int rank = 0;
  std::array<std::int64_t, 4> shape{};
  std::array<std::int64_t, 4> stride{};  // in elements

  explicit operator bool() const { return data != nullptr; }

  // Element offset of an index; a dimension of size 1 is broadcast.
  template <class... Index>
  std::int64_t offset(Index... index) const {
    assert(sizeof...(index) == std::size_t(rank));
    std::int64_t sum = 0;
    int dimension = 0;
    ((sum += shape[dimension] == 1 ? 0 : std::int64_t(index) * stride[dimension], ++dimension), ...);
    return sum;
  }

  // The element as T, which must be its C++ type (float, double, std::uint16_t, std::uint8_t, std::int32_t).
  template <class T, class... Index>
  T& at(Index... index) const {
    assert(sizeof(T) == bytes(type));
    return static_cast<T*>(data)[offset(index...)];
  }

  // The same data with `count` entries of one dimension, from `first` on. Size 1 stays 1: broadcast, or the one entry.
  Tensor slice(int dimension, std::int64_t first, std::int64_t count) const {
    Tensor part = *this;
    if (data == nullptr) return part;
    part.shape[dimension] = count;
    if (shape[dimension] == 1 && count > 0) part.shape[dimension] = 1;
    if (shape[dimension] > 1) part.data = static_cast<std::byte*>(data) + first * stride[dimension] * std::int64_t(bytes(type));
    return part;
  }

  std::int64_t elements() const {
    std::int64_t count = 1;
    for (int dimension = 0; dimension < rank; ++dimension) count *= shape[dimension];
    return count;
  }
};

// [..] are shapes; "B|1" means either. float: the problem's type; f32 or f64 parameters as written.
struct Tensors {
  Tensor q;                     // [B][H][n][D] float
  Tensor mem_k, mem_v;          // [G][P][D], [G][P][Dv] float
  Tensor memory_k, memory_v;    // [B][G][M][D], [B][G][M][Dv] float
  Tensor segment_k, segment_v;  // [B][G][S][D], [B][G][S][Dv] float
  Tensor key_mask;              // [B][S] u8, 1: may be attended to; absent: all
  Tensor memory_mask;           // [B][M] u8
  Tensor attention_mask;        // [B|1][H|1][n][P+M+S] u8
  Tensor slopes;                // [B|1][H] f32 (f64 in an f64 problem), where bias.slopes says data
  Tensor bucket_table;          // [buckets][H] f32 or f64
  Tensor distance_table;        // [H][M+S+n-1] f32 or f64
  Tensor dense;                 // [B|1][H|1][n][M+S] f32, f64, or the problem's type
  Tensor forget;                // [B][H][M+S] f32 or f64
  Tensor sinks;                 // [H] f32 or f64
  Tensor query_positions;       // [B|1][n] i32
  Tensor key_positions;         // [B|1][M+S] i32
  Tensor inverse_frequency;     // [R/2] f32 or f64
  Tensor xpos_scale;            // [R/2] f32 or f64
  Tensor out;                   // [B][H][n][Dv] float
  Tensor lse;                   // [B][H][n] f32 (f64 in an f64 problem); absent: not wanted
};

// That every tensor the problem needs is there with its shape and type. Says which is not, and what it should be.
Status validate(const Problem& problem, const Tensors& tensors);

// Its two parts that read no data, for a call that is planned before there is any: shapes and types of what is there; and whether
// all elements have an address of their type, the data's own among them.
Status validate_shapes(const Problem& problem, const Tensors& tensors);
Status validate_places(const Problem& problem, const Tensors& tensors);

// Name and view of each input in a fixed order, absent ones included.
struct NamedTensor {
  const char* name;
  Tensor Tensors::* member;
};
inline constexpr std::array<NamedTensor, 20> input_tensors{{
    {"q", &Tensors::q},
    {"mem_k", &Tensors::mem_k},
    {"mem_v", &Tensors::mem_v},
    {"memory_k", &Tensors::memory_k},
    {"memory_v", &Tensors::memory_v},
    {"segment_k", &Tensors::segment_k},
    {"segment_v", &Tensors::segment_v},
    {"key_mask", &Tensors::key_mask},
    {"memory_mask", &Tensors::memory_mask},
    {"attention_mask", &Tensors::attention_mask},
    {"slopes", &Tensors::slopes},
    {"bucket_table", &Tensors::bucket_table},
    {"distance_table", &Tensors::distance_table},
    {"dense", &Tensors::dense},
    {"forget", &Tensors::forget},
    {"sinks", &Tensors::sinks},
    {"query_positions", &Tensors::query_positions},
    {"key_positions", &Tensors::key_positions},
    {"inverse_frequency", &Tensors::inverse_frequency},
    {"xpos_scale", &Tensors::xpos_scale},
}};

}  // namespace boresight
