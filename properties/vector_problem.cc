// Sizes and switches first, then what bias and rotary need of their own. No position, mask or bias is evaluated here.
#include "properties/vector_problem.h"

#include <fmt/format.h>

#include <cmath>

#include "properties/representable.h"

namespace boresight::properties {
namespace {

void read_sizes(Fields& config, Problem& p) {
  p.batch = config.integer("batch");
  p.heads = config.integer("heads");
  p.kv_heads = config.integer("kv_heads");
  p.head_dim = config.integer("head_dim");
  p.value_dim = config.integer("value_head_dim");
  p.queries = config.integer("queries");
  p.segment = config.integer("segment", p.queries);
  p.memories = config.integer("memories");
  p.mem_kv = config.integer("mem_kv");
}

void read_switches(Fields& config, Problem& p) {
  p.zero_kv = config.boolean("zero_kv", false);
  p.causal = config.boolean("causal");
  p.window = {config.integer("window", unlimited), config.integer("window_right", unlimited)};
  p.softcap = config.real("softclamp", 0);
  p.softcap_order = SoftcapOrder(config.choice("softclamp_order", {"after_bias", "before_bias"}, 0));
  p.sink = config.boolean("sink", false);
  if (config.has("scale")) p.scale = config.real("scale");
}

void read_bias(Fields& config, Problem& p) {
  enum { none, alibi, alibi_positions, t5, dynamic, tensor, forget };
  const auto kind = config.choice("bias", {"none", "alibi", "alibi_positions", "t5", "dynamic", "tensor", "forget"});
  constexpr BiasKind kinds[] = {BiasKind::none,           BiasKind::alibi, BiasKind::alibi, BiasKind::relative_buckets,
                                BiasKind::distance_table, BiasKind::dense, BiasKind::forget};
  p.bias.kind = kinds[kind];
  p.custom_positions = kind == alibi_positions;
  if (p.bias.kind == BiasKind::alibi) p.bias.alibi_heads = config.integer("alibi_heads", p.heads);
  if (kind != t5) return;
  p.bias.buckets = config.integer("t5_num_buckets");
  p.bias.max_distance = config.integer("t5_max_distance");
  p.bias.bidirectional = !config.boolean("t5_causal_buckets");
  p.bias.bias_scale = config.real("t5_scale", 1);
}

void read_rotary(Fields& config, const Fields& inputs, Rotary& rotary, Complaint& complaint) {
  enum { none, rope, xpos };
  const auto kind = config.choice("rotary", {"none", "rope", "xpos"}, none);
  if (kind == none) return;
  rotary.dims = config.integer("rotary_dim");
  if (rotary.dims == 0) complaint.that("config.rotary_dim is 0", "expected 2 or more, or rotary \"none\"");
  rotary.pairs = RotaryPairs(config.choice("rotary_layout", {"interleaved", "halves"}));
  rotary.base = config.real("rotary_base", 10000);
  rotary.base_rescale = config.real("rotary_base_rescale", 1);
  rotary.interpolation = config.real("rotary_interpolation", 1);
  rotary.frequencies_as_data = inputs.has("rotary_inv_freq");
  if (kind != xpos) return;
  rotary.xpos.on = true;
  rotary.xpos.scale_base = config.real("xpos_scale_base");
  rotary.xpos.center = config.real("xpos_center");
  rotary.xpos.scales_as_data = inputs.has("xpos_scale");
}

bool rotary_fits(const Rotary& rotary) {
  if (rotary.dims == 0) return true;
  const Xpos& xpos = rotary.xpos;
  const bool factors =
      !xpos.on || (xpos.scales_as_data && representable(Type::f32, xpos.scale_base) && representable(Type::f32, xpos.center));
  return rotary.frequencies_as_data && representable(Type::f32, rotary.interpolation) && factors;
}

}  // namespace

Problem read_problem(Fields& config, const Fields& inputs, Type type, Complaint& complaint) {
  Problem problem;
  problem.type = type;
  read_sizes(config, problem);
  read_switches(config, problem);
  read_bias(config, problem);
  read_rotary(config, inputs, problem.rotary, complaint);
  config.ignore({"gqa_map", "qk_norm", "alibi_custom_slopes", "note"});
  config.no_others();
  return problem;
}

HeadMap read_head_map(Fields& config, const Problem& problem, Complaint& complaint) {
  const auto map = config.integers("gqa_map", problem.heads);
  bool grouped = true, tiled = true;
  for (std::size_t h = 0; h < map.size(); ++h) {
    grouped &= map[h] == std::int64_t(h) / (problem.heads / problem.kv_heads);
    tiled &= map[h] == std::int64_t(h) % problem.kv_heads;
  }
  if (!grouped && !tiled)
    complaint.that(fmt::format("config.gqa_map is {}", text(map)),
                   "expected h / (heads / kv_heads) or h mod kv_heads for each h");
  return grouped ? HeadMap::grouped : HeadMap::tiled;
}

bool parameters_fit(const Problem& problem) {
  if (problem.type == Type::f64) return true;
  const bool computed_slopes = problem.bias.kind == BiasKind::alibi && problem.bias.slopes == Slopes::geometric;
  const double scale = problem.scale.value_or(1 / std::sqrt(double(problem.head_dim)));
  return !computed_slopes && representable(Type::f32, scale) && representable(Type::f32, problem.softcap) &&
         representable(Type::f32, problem.bias.bias_scale) && rotary_fits(problem.rotary);
}

}  // namespace boresight::properties
