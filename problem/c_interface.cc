#include "problem/c_interface.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

namespace boresight {
namespace {

// The two lists of words are the same numbers.
static_assert(int(BiasKind::forget) == BORESIGHT_BIAS_FORGET && int(BiasKind::alibi) == BORESIGHT_BIAS_ALIBI);
static_assert(int(BiasKind::relative_buckets) == BORESIGHT_BIAS_RELATIVE_BUCKETS && int(BiasKind::dense) == BORESIGHT_BIAS_DENSE);
static_assert(int(BiasKind::distance_table) == BORESIGHT_BIAS_DISTANCE_TABLE && int(BiasKind::none) == BORESIGHT_BIAS_NONE);
static_assert(int(Slopes::geometric) == BORESIGHT_SLOPES_GEOMETRIC && int(Slopes::per_head) == BORESIGHT_SLOPES_PER_HEAD);
static_assert(int(Slopes::per_batch) == BORESIGHT_SLOPES_PER_BATCH && int(HeadMap::tiled) == BORESIGHT_HEADS_TILED);
static_assert(int(SoftcapOrder::before_bias) == BORESIGHT_SOFTCAP_BEFORE_BIAS);
static_assert(int(RotaryPairs::halves) == BORESIGHT_PAIRS_HALVES);
static_assert(int(Type::f32) == BORESIGHT_F32 && int(Type::bf16) == BORESIGHT_BF16 && int(Type::f16) == BORESIGHT_F16);
static_assert(int(Type::f64) == BORESIGHT_F64 && unlimited == BORESIGHT_UNLIMITED);

// The last word of each list.
template <class Enum>
constexpr Enum last{};
template <>
constexpr BiasKind last<BiasKind> = BiasKind::forget;
template <>
constexpr Slopes last<Slopes> = Slopes::per_batch;
template <>
constexpr HeadMap last<HeadMap> = HeadMap::tiled;
template <>
constexpr SoftcapOrder last<SoftcapOrder> = SoftcapOrder::before_bias;
template <>
constexpr RotaryPairs last<RotaryPairs> = RotaryPairs::halves;
template <>
constexpr Type last<Type> = Type::f64;  // of the types that C has a name for: masks and positions are no problem's type

// pair(name, ours, theirs) for every field but the scale, which only ours may leave out.
template <class Ours, class Theirs, class Pair>
void each_field(Ours& p, Theirs& c, Pair pair) {
  pair("batch", p.batch, c.batch);
  pair("heads", p.heads, c.heads);
  pair("kv_heads", p.kv_heads, c.kv_heads);
  pair("head_dim", p.head_dim, c.head_dim);
  pair("value_dim", p.value_dim, c.value_dim);
  pair("queries", p.queries, c.queries);
  pair("segment", p.segment, c.segment);
  pair("memories", p.memories, c.memories);
  pair("mem_kv", p.mem_kv, c.mem_kv);
  pair("type", p.type, c.type);
  pair("zero_kv", p.zero_kv, c.zero_kv);
  pair("causal", p.causal, c.causal);
  pair("head_map", p.head_map, c.head_map);
  pair("window_left", p.window.left, c.window_left);
  pair("window_right", p.window.right, c.window_right);
  pair("softcap", p.softcap, c.softcap);
  pair("softcap_order", p.softcap_order, c.softcap_order);
  pair("sink", p.sink, c.sink);
  pair("custom_positions", p.custom_positions, c.custom_positions);

  pair("bias", p.bias.kind, c.bias);
  pair("slopes", p.bias.slopes, c.slopes);
  pair("alibi_heads", p.bias.alibi_heads, c.alibi_heads);
  pair("buckets", p.bias.buckets, c.buckets);
  pair("max_distance", p.bias.max_distance, c.max_distance);
  pair("bidirectional", p.bias.bidirectional, c.bidirectional);
  pair("bias_scale", p.bias.bias_scale, c.bias_scale);

  pair("rotary_dims", p.rotary.dims, c.rotary_dims);
  pair("rotary_pairs", p.rotary.pairs, c.rotary_pairs);
  pair("rotary_base", p.rotary.base, c.rotary_base);
  pair("rotary_base_rescale", p.rotary.base_rescale, c.rotary_base_rescale);
  pair("rotary_interpolation", p.rotary.interpolation, c.rotary_interpolation);
  pair("rotary_frequencies_as_data", p.rotary.frequencies_as_data, c.rotary_frequencies_as_data);
  pair("xpos", p.rotary.xpos.on, c.xpos);
  pair("xpos_scales_as_data", p.rotary.xpos.scales_as_data, c.xpos_scales_as_data);
  pair("xpos_scale_base", p.rotary.xpos.scale_base, c.xpos_scale_base);
  pair("xpos_center", p.rotary.xpos.center, c.xpos_center);
}

std::optional<Type> type_of(DLDataType theirs) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16, Type::f64, Type::u8, Type::i32}) {
    const DLDataType ours = to_c(type);
    if (ours.code == theirs.code && ours.bits == theirs.bits && ours.lanes == theirs.lanes) return type;
  }
  return std::nullopt;
}

Result<Tensor> from_c(const char* name, const DLTensor& theirs, Data data, DLDevice where) {
  Tensor ours;
  if (theirs.device.device_type != where.device_type ||
      (where.device_type != kDLCPU && theirs.device.device_id != where.device_id))
    return where.device_type == kDLCPU
               ? Error{fmt::format("{} is on device {}", name, int(theirs.device.device_type)), "", "must be in memory: kDLCPU"}
               : Error{fmt::format("{} is on device {}:{}", name, int(theirs.device.device_type), theirs.device.device_id), "",
                       fmt::format("must be on {}:{}, the current one", int(where.device_type), where.device_id)};
  if (theirs.ndim < 0 || theirs.ndim > 4)
    return Error{fmt::format("{} has {} dimensions", name, theirs.ndim), "", "allowed: 0 to 4"};
  if (theirs.ndim > 0 && theirs.shape == nullptr) return Error{fmt::format("{} has no shape", name), "", "it may not be NULL"};
  const std::optional<Type> type = type_of(theirs.dtype);
  if (!type)
    return Error{fmt::format("{} has DLPack's type code {}, {} bits, {} lanes", name, theirs.dtype.code, theirs.dtype.bits,
                             theirs.dtype.lanes),
                 "", "must be f32, bf16, f16 or f64, of masks u8, of positions i32"};
  ours.type = *type;
  ours.rank = theirs.ndim;
  bool empty = false;
  std::int64_t row_major = 1;
  for (std::size_t d = std::size_t(ours.rank); d-- > 0;) {
    ours.shape[d] = theirs.shape[d];
    ours.stride[d] = theirs.strides == nullptr ? row_major : theirs.strides[d];
    if (__builtin_mul_overflow(row_major, std::max<std::int64_t>(ours.shape[d], 1), &row_major))
      row_major = 0;  // validate() tells
    empty = empty || ours.shape[d] == 0;
  }
  if (data == Data::to_come || (theirs.data == nullptr && empty))
    ours.data = nowhere();
  else if (theirs.data != nullptr)
    ours.data = static_cast<std::byte*>(theirs.data) + theirs.byte_offset;
  else
    return Error{fmt::format("{} has no data", name), "", "it may not be NULL"};
  return ours;
}

}  // namespace

void* nowhere() { return reinterpret_cast<void*>(std::uintptr_t{1} << (std::numeric_limits<std::uintptr_t>::digits - 2)); }

boresight_problem to_c(const Problem& p) {
  boresight_problem c{};
  each_field(p, c, [](const char*, const auto& ours, auto& theirs) {
    theirs = static_cast<std::remove_reference_t<decltype(theirs)>>(ours);
  });
  c.scale = effective_scale(p);
  return c;
}

Result<Problem> from_c(const boresight_problem& c) {
  Problem p;
  std::optional<Error> error;
  each_field(p, c, [&](const char* name, auto& ours, const auto& theirs) {
    using Ours = std::remove_reference_t<decltype(ours)>;
    std::int64_t most = -1;
    if constexpr (std::is_same_v<Ours, bool>) most = 1;
    if constexpr (std::is_enum_v<Ours>) most = std::int64_t(last<Ours>);
    if (most >= 0 && !(theirs >= 0 && theirs <= most) && !error)
      error = Error{fmt::format("{} is {}", name, theirs), "", fmt::format("allowed: 0 to {}", most)};
    ours = static_cast<Ours>(theirs);
  });
  p.scale = c.scale;
  if (error) return *error;
  return p;
}

boresight_options to_c(const Options& options) {
  return {options.tile_queries, options.tile_keys, options.splits, options.threads};
}

Options from_c(const boresight_options& options) {
  return {options.tile_queries, options.tile_keys, options.splits, options.threads};
}

DLDataType to_c(Type type) {
  const auto bits = static_cast<std::uint8_t>(8 * bytes(type));
  switch (type) {
    case Type::bf16:
      return {kDLBfloat, bits, 1};
    case Type::u8:
      return {kDLUInt, bits, 1};
    case Type::i32:
      return {kDLInt, bits, 1};
    default:
      return {kDLFloat, bits, 1};
  }
}

Result<Tensors> from_c(const boresight_tensors& theirs, Data data, DLDevice where) {
  Tensors ours;
  for (const TensorPair& pair : tensor_pairs) {
    if (theirs.*pair.theirs == nullptr) continue;
    Result<Tensor> tensor = from_c(pair.name, *(theirs.*pair.theirs), data, where);
    if (!tensor) return tensor.error();
    ours.*pair.ours = *tensor;
  }
  return ours;
}

const std::array<TensorPair, tensor_count> tensor_pairs{{
    {"q", &Tensors::q, &boresight_tensors::q},
    {"mem_k", &Tensors::mem_k, &boresight_tensors::mem_k},
    {"mem_v", &Tensors::mem_v, &boresight_tensors::mem_v},
    {"memory_k", &Tensors::memory_k, &boresight_tensors::memory_k},
    {"memory_v", &Tensors::memory_v, &boresight_tensors::memory_v},
    {"segment_k", &Tensors::segment_k, &boresight_tensors::segment_k},
    {"segment_v", &Tensors::segment_v, &boresight_tensors::segment_v},
    {"key_mask", &Tensors::key_mask, &boresight_tensors::key_mask},
    {"memory_mask", &Tensors::memory_mask, &boresight_tensors::memory_mask},
    {"attention_mask", &Tensors::attention_mask, &boresight_tensors::attention_mask},
    {"slopes", &Tensors::slopes, &boresight_tensors::slopes},
    {"bucket_table", &Tensors::bucket_table, &boresight_tensors::bucket_table},
    {"distance_table", &Tensors::distance_table, &boresight_tensors::distance_table},
    {"dense", &Tensors::dense, &boresight_tensors::dense},
    {"forget", &Tensors::forget, &boresight_tensors::forget},
    {"sinks", &Tensors::sinks, &boresight_tensors::sinks},
    {"query_positions", &Tensors::query_positions, &boresight_tensors::query_positions},
    {"key_positions", &Tensors::key_positions, &boresight_tensors::key_positions},
    {"inverse_frequency", &Tensors::inverse_frequency, &boresight_tensors::inverse_frequency},
    {"xpos_scale", &Tensors::xpos_scale, &boresight_tensors::xpos_scale},
    {"out", &Tensors::out, &boresight_tensors::out, true},
    {"lse", &Tensors::lse, &boresight_tensors::lse, true},
}};

}  // namespace boresight
