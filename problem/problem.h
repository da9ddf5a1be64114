// Problem: what one attention call computes, as data: sizes, bias, rotary, visibility, head map, softcap, scale.
// It holds no tensors and takes no decisions: who sees whom is decided by the reference and, apart from it, by impl.
// Field names, ranges and defaults are those of the specification that reference/README.md restates.
#pragma once

#include <cstdint>
#include <optional>

#include "problem/result.h"
#include "problem/type.h"

namespace boresight {

inline constexpr std::int64_t size_limit = (std::int64_t{1} << 31) - 128;  // of queries, and of mem_kv + memories + segment
inline constexpr std::int64_t unlimited = -1;                              // a window side that hides nothing

enum class BiasKind : std::uint8_t { none, alibi, relative_buckets, distance_table, dense, forget };
enum class Slopes : std::uint8_t { geometric, per_head, per_batch };  // computed; data [H]; data [B][H]
enum class HeadMap : std::uint8_t { grouped, tiled };                 // h / (H/G); h mod G
enum class SoftcapOrder : std::uint8_t { after_bias, before_bias };
enum class RotaryPairs : std::uint8_t { adjacent, halves };  // (2r, 2r+1); (r, r + R/2)

// Window sides in positions; unlimited (-1) hides nothing. Causal and window.right hold both.
struct Window {
  std::int64_t left = unlimited;
  std::int64_t right = unlimited;
  bool operator==(const Window&) const = default;
};

struct Bias {
  BiasKind kind = BiasKind::none;
  // alibi: -slope[h] * |distance|
  Slopes slopes = Slopes::geometric;
  std::int64_t alibi_heads = 0;  // geometric slopes for the first alibi_heads heads; heads past those have slope 0
  // relative_buckets (T5): bias_scale * bucket_table[bucket(distance)][h]
  std::int64_t buckets = 32;
  std::int64_t max_distance = 128;
  bool bidirectional = false;
  double bias_scale = 1;
  bool operator==(const Bias&) const = default;
};

struct Xpos {
  bool on = false;
  double scale_base = 512;
  double center = 0;
  bool scales_as_data = false;  // z_r given as Tensors::xpos_scale instead of (2r + 0.4R) / (1.4R)
  bool operator==(const Xpos&) const = default;
};

struct Rotary {
  std::int64_t dims = 0;  // R, the first entries of head_dim that turn; 0: no rotary
  RotaryPairs pairs = RotaryPairs::adjacent;
  double base = 10000;
  double base_rescale = 1;
  double interpolation = 1;
  bool frequencies_as_data = false;  // Tensors::inverse_frequency instead of base and base_rescale
  Xpos xpos;
  bool operator==(const Rotary&) const = default;
};

struct Problem {
  std::int64_t batch = 1;      // B
  std::int64_t heads = 1;      // H, query heads
  std::int64_t kv_heads = 1;   // G, divides H
  std::int64_t head_dim = 1;   // D
  std::int64_t value_dim = 1;  // Dv
  std::int64_t queries = 0;    // n, rows of this call
  std::int64_t segment = 0;    // S, keys of the current segment, cached ones first
  std::int64_t memories = 0;   // M, Transformer-XL memory columns
  std::int64_t mem_kv = 0;     // P, persistent columns, in front

  bool zero_kv = false;  // one more column in front: key and value zero, bias 0, never hidden, not counted in columns()
  bool causal = false;
  Window window;
  HeadMap head_map = HeadMap::grouped;
  std::optional<double> scale;  // absent: 1 / sqrt(head_dim)
  double softcap = 0;           // 0: none
  SoftcapOrder softcap_order = SoftcapOrder::after_bias;
  Bias bias;
  Rotary rotary;
  bool sink = false;              // Tensors::sinks given
  bool custom_positions = false;  // Tensors::query_positions and key_positions given
  Type type = Type::f32;          // of q, k, v and out

  std::int64_t columns() const { return mem_kv + memories + segment; }  // K
  bool operator==(const Problem&) const = default;
};

// The first field outside its range, with the range; or success.
Status validate(const Problem& problem);

// The factor of q.k: the given scale, or 1 / sqrt(head_dim); rounded to f32 unless type is f64.
double effective_scale(const Problem& problem);

// A parameter as both sides use it: rounded to f32 once, unless type is f64.
double parameter(const Problem& problem, double value);

}  // namespace boresight
