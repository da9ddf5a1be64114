// The table of tensor_rules.h, a row a tensor.
#include "problem/tensor_rules.h"

#include <algorithm>

namespace boresight {
namespace {

Need required_if(bool condition) { return condition ? Need::required : Need::unused; }

}  // namespace

std::array<TensorRule, 22> tensor_rules(const Problem& p) {
  const std::int64_t B = p.batch, H = p.heads, G = p.kv_heads, D = p.head_dim, Dv = p.value_dim;
  const std::int64_t n = p.queries, S = p.segment, M = p.memories, P = p.mem_kv, K = p.columns();
  const std::int64_t slopes_batch = p.bias.slopes == Slopes::per_batch ? B : 1;
  const std::int64_t distances = std::max<std::int64_t>(0, M + S + n - 1);
  const Type type = p.type, parameter = p.type == Type::f64 ? Type::f64 : Type::f32;

  const auto bias = [&](BiasKind kind) { return required_if(p.bias.kind == kind); };
  const Need slopes = required_if(p.bias.kind == BiasKind::alibi && p.bias.slopes != Slopes::geometric);
  const Need table = p.bias.kind == BiasKind::distance_table && n > 0 && M + S > 0 ? Need::required : Need::unused;
  const Need positions = required_if(p.custom_positions);
  const Need frequencies = required_if(p.rotary.dims > 0 && p.rotary.frequencies_as_data);
  const Need scales = required_if(p.rotary.dims > 0 && p.rotary.xpos.on && p.rotary.xpos.scales_as_data);
  constexpr Need must = Need::required, may = Need::optional;
  constexpr Type u8 = Type::u8, i32 = Type::i32;
  constexpr std::array<bool, 4> exact{}, first{true}, first_two{true, true};

  return {{
      {"q", &Tensors::q, must, true, type, type, 4, {B, H, n, D}, exact},
      {"mem_k", &Tensors::mem_k, must, true, type, type, 3, {G, P, D}, exact},
      {"mem_v", &Tensors::mem_v, must, true, type, type, 3, {G, P, Dv}, exact},
      {"memory_k", &Tensors::memory_k, must, true, type, type, 4, {B, G, M, D}, exact},
      {"memory_v", &Tensors::memory_v, must, true, type, type, 4, {B, G, M, Dv}, exact},
      {"segment_k", &Tensors::segment_k, must, true, type, type, 4, {B, G, S, D}, exact},
      {"segment_v", &Tensors::segment_v, must, true, type, type, 4, {B, G, S, Dv}, exact},
      {"key_mask", &Tensors::key_mask, may, false, u8, u8, 2, {B, S}, exact},
      {"memory_mask", &Tensors::memory_mask, may, false, u8, u8, 2, {B, M}, exact},
      {"attention_mask", &Tensors::attention_mask, may, false, u8, u8, 4, {B, H, n, K}, first_two},
      {"slopes", &Tensors::slopes, slopes, false, parameter, parameter, 2, {slopes_batch, H}, first},
      {"bucket_table",
       &Tensors::bucket_table,
       bias(BiasKind::relative_buckets),
       false,
       parameter,
       parameter,
       2,
       {p.bias.buckets, H},
       exact},
      {"distance_table", &Tensors::distance_table, table, false, parameter, parameter, 2, {H, distances}, exact},
      {"dense", &Tensors::dense, bias(BiasKind::dense), false, parameter, type, 4, {B, H, n, M + S}, first_two},
      {"forget", &Tensors::forget, bias(BiasKind::forget), false, parameter, parameter, 3, {B, H, M + S}, exact},
      {"sinks", &Tensors::sinks, required_if(p.sink), false, parameter, parameter, 1, {H}, exact},
      {"query_positions", &Tensors::query_positions, positions, false, i32, i32, 2, {B, n}, first},
      {"key_positions", &Tensors::key_positions, positions, false, i32, i32, 2, {B, M + S}, first},
      {"inverse_frequency", &Tensors::inverse_frequency, frequencies, false, parameter, parameter, 1, {p.rotary.dims / 2}, exact},
      {"xpos_scale", &Tensors::xpos_scale, scales, false, parameter, parameter, 1, {p.rotary.dims / 2}, exact},
      {"out", &Tensors::out, may, true, type, type, 4, {B, H, n, Dv}, exact},
      {"lse", &Tensors::lse, may, false, parameter, parameter, 3, {B, H, n}, exact},
  }};
}

}  // namespace boresight
