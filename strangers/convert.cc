#include "strangers/convert.h"

#include <fmt/format.h>

#include <cmath>

namespace boresight::strangers {
namespace {

template <class Enum>
std::int32_t number(Enum value) {
  return static_cast<std::int32_t>(value);
}

// The two lists of words are the same numbers.
static_assert(int(BiasKind::forget) == BORESIGHT_BIAS_FORGET && int(BiasKind::alibi) == BORESIGHT_BIAS_ALIBI);
static_assert(int(BiasKind::relative_buckets) == BORESIGHT_BIAS_RELATIVE_BUCKETS && int(BiasKind::dense) == BORESIGHT_BIAS_DENSE);
static_assert(int(BiasKind::distance_table) == BORESIGHT_BIAS_DISTANCE_TABLE && int(BiasKind::none) == BORESIGHT_BIAS_NONE);
static_assert(int(Slopes::geometric) == BORESIGHT_SLOPES_GEOMETRIC && int(Slopes::per_head) == BORESIGHT_SLOPES_PER_HEAD);
static_assert(int(Slopes::per_batch) == BORESIGHT_SLOPES_PER_BATCH && int(HeadMap::tiled) == BORESIGHT_HEADS_TILED);
static_assert(int(SoftcapOrder::before_bias) == BORESIGHT_SOFTCAP_BEFORE_BIAS);
static_assert(int(RotaryPairs::halves) == BORESIGHT_PAIRS_HALVES && int(Merge::by_lse) == BORESIGHT_MERGE_BY_LSE);
static_assert(int(Type::f32) == BORESIGHT_F32 && int(Type::bf16) == BORESIGHT_BF16 && int(Type::f16) == BORESIGHT_F16);
static_assert(int(Type::f64) == BORESIGHT_F64 && unlimited == BORESIGHT_UNLIMITED);

// Collects the first promise that can't be one.
class Promises {
 public:
  double error(const char* field, double value) {
    if (!(value >= 0 && value <= 1)) complain(field, fmt::format("{}", value), "0 to 1");
    return value;
  }
  std::int64_t count(const char* field, std::int64_t value) {
    if (!(value >= 0 && value <= (std::int64_t{1} << 40))) complain(field, fmt::format("{}", value), "0 to 2^40");
    return value;
  }
  Type type(const char* field, std::int32_t value) {
    const bool known = value >= BORESIGHT_F32 && value <= BORESIGHT_F64;
    if (!known) complain(field, fmt::format("{}", value), "BORESIGHT_F32, _BF16, _F16 or _F64");
    return known ? Type(value) : Type::f32;
  }
  std::int32_t between(const char* field, std::int32_t value, std::int32_t least, std::int32_t most) {
    if (value < least || value > most) complain(field, fmt::format("{}", value), fmt::format("{} to {}", least, most));
    return value;
  }
  const Error& error() const { return error_; }
  bool kept() const { return error_.what.empty(); }

 private:
  void complain(const char* field, const std::string& value, const std::string& right) {
    if (kept()) error_ = {fmt::format("{} is {}", field, value), "", "allowed: " + right};
  }
  Error error_;
};

void put_rotary(const Rotary& rotary, boresight_problem& c) {
  c.rotary_dims = rotary.dims;
  c.rotary_pairs = number(rotary.pairs);
  c.rotary_base = rotary.base;
  c.rotary_base_rescale = rotary.base_rescale;
  c.rotary_interpolation = rotary.interpolation;
  c.rotary_frequencies_as_data = rotary.frequencies_as_data;
  c.xpos = rotary.xpos.on;
  c.xpos_scales_as_data = rotary.xpos.scales_as_data;
  c.xpos_scale_base = rotary.xpos.scale_base;
  c.xpos_center = rotary.xpos.center;
}

void put_bias(const Bias& bias, boresight_problem& c) {
  c.bias = number(bias.kind);
  c.slopes = number(bias.slopes);
  c.alibi_heads = bias.alibi_heads;
  c.buckets = bias.buckets;
  c.max_distance = bias.max_distance;
  c.bidirectional = bias.bidirectional;
  c.bias_scale = bias.bias_scale;
}

}  // namespace

boresight_problem to_c(const Problem& p) {
  boresight_problem c{};
  c.batch = p.batch, c.heads = p.heads, c.kv_heads = p.kv_heads, c.head_dim = p.head_dim, c.value_dim = p.value_dim;
  c.queries = p.queries, c.segment = p.segment, c.memories = p.memories, c.mem_kv = p.mem_kv;
  c.type = number(p.type);
  c.zero_kv = p.zero_kv;
  c.causal = p.causal;
  c.head_map = number(p.head_map);
  c.window_left = p.window.left, c.window_right = p.window.right;
  c.scale = effective_scale(p);
  c.softcap = p.softcap;
  c.softcap_order = number(p.softcap_order);
  c.sink = p.sink;
  c.custom_positions = p.custom_positions;
  put_bias(p.bias, c);
  put_rotary(p.rotary, c);
  return c;
}

boresight_options to_c(const Options& options) {
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

boresight_arithmetic plain_arithmetic(const Problem& problem) {
  const Arithmetic plain;
  boresight_arithmetic c{};
  c.accumulator_roundoff = plain.accumulator_roundoff;
  c.dot_chain = problem.head_dim;
  c.value_chain = problem.columns() + 2;
  c.rescales = problem.columns() + 1;
  c.exp_argument_roundings = plain.exp_argument_roundings;
  c.exp_error = plain.exp_error, c.tanh_error = plain.tanh_error, c.log_error = plain.log_error;
  c.angle_error = plain.angle_error, c.turn_error = plain.turn_error;
  return c;
}

Result<Arithmetic> from_c(const boresight_arithmetic& c) {
  Promises promises;
  Arithmetic arithmetic;
  arithmetic.accumulator_roundoff = promises.error("accumulator_roundoff", c.accumulator_roundoff);
  arithmetic.dot_chain = promises.count("dot_chain", c.dot_chain);
  arithmetic.value_chain = promises.count("value_chain", c.value_chain);
  arithmetic.rescales = promises.count("rescales", c.rescales);
  arithmetic.accumulator = promises.type("accumulator", c.accumulator);
  arithmetic.rotated = promises.type("rotated", c.rotated);
  arithmetic.scaled_query = promises.type("scaled_query", c.scaled_query);
  arithmetic.scores = promises.type("scores", c.scores);
  arithmetic.weights = promises.type("weights", c.weights);
  arithmetic.exp_argument_roundings = promises.between("exp_argument_roundings", c.exp_argument_roundings, 0, 16);
  arithmetic.exp_error = promises.error("exp_error", c.exp_error);
  arithmetic.tanh_error = promises.error("tanh_error", c.tanh_error);
  arithmetic.log_error = promises.error("log_error", c.log_error);
  arithmetic.angle_error = promises.error("angle_error", c.angle_error);
  arithmetic.turn_error = promises.error("turn_error", c.turn_error);
  arithmetic.flushes_subnormals = c.flushes_subnormals != 0;
  arithmetic.merge = Merge(promises.between("merge", c.merge, BORESIGHT_MERGE_BY_MAX_AND_SUM, BORESIGHT_MERGE_BY_LSE));
  if (!promises.kept()) return promises.error();
  return arithmetic;
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

}  // namespace boresight::strangers
