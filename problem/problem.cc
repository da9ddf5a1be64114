#include "problem/problem.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace boresight {
namespace {

constexpr std::int64_t elements_max = std::int64_t{1} << 40;

// Collects the first complaint; each check names the field, its value and the allowed range.
class Checks {
 public:
  void range(const char* field, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most) complain(field, fmt::format("{}", value), fmt::format("{} to {}", least, most));
  }
  void real(const char* field, double value, bool good, const char* right) {
    if (!good) complain(field, fmt::format("{}", value), right);
  }
  void that(bool good, std::string what, std::string right) {
    if (!good && !error_) error_ = Error{std::move(what), "", std::move(right)};
  }
  Status status() const { return error_ ? Status(*error_) : ok(); }
  bool failed() const { return error_.has_value(); }

 private:
  void complain(const char* field, const std::string& value, const std::string& right) {
    that(false, fmt::format("{} is {}", field, value), "allowed: " + right);
  }
  std::optional<Error> error_;
};

bool finite_f32(double value) { return std::isfinite(static_cast<float>(value)); }
bool positive_f32(double value) { return static_cast<float>(value) > 0 && finite_f32(value); }  // still above 0 once rounded

void check_sizes(const Problem& p, Checks& check) {
  check.range("batch", p.batch, 1, 65536);
  check.range("heads", p.heads, 1, 4096);
  check.range("kv_heads", p.kv_heads, 1, p.heads);
  if (check.failed()) return;
  check.that(p.heads % p.kv_heads == 0, fmt::format("kv_heads is {}", p.kv_heads),
             fmt::format("allowed: a divisor of heads ({})", p.heads));
  check.range("head_dim", p.head_dim, 1, 512);
  check.range("value_dim", p.value_dim, 1, 512);
  check.range("queries", p.queries, 0, size_limit);
  check.range("segment", p.segment, 0, size_limit);
  check.range("memories", p.memories, 0, size_limit);
  check.range("mem_kv", p.mem_kv, 0, size_limit);
  if (check.failed()) return;
  check.range("mem_kv + memories + segment", p.columns(), 0, size_limit);
  const std::int64_t widest = std::max(p.head_dim, p.value_dim);
  const double query_elements = double(p.batch) * double(p.heads) * double(p.queries) * double(widest);
  const double key_elements = double(p.batch) * double(p.kv_heads) * double(p.columns()) * double(widest);
  check.that(std::max(query_elements, key_elements) < double(elements_max),
             fmt::format("batch x heads x rows x width is {:.3g} elements in one tensor", std::max(query_elements, key_elements)),
             "allowed: below 2^40");
}

void check_bias(const Problem& p, Checks& check) {
  const Bias& bias = p.bias;
  switch (bias.kind) {
    case BiasKind::none:
    case BiasKind::distance_table:
    case BiasKind::dense:
      break;
    case BiasKind::alibi:
      check.range("alibi_heads", bias.alibi_heads, 0, p.heads);
      break;
    case BiasKind::relative_buckets: {
      check.range("buckets", bias.buckets, bias.bidirectional ? 4 : 2, std::int64_t{1} << 30);
      check.that(!bias.bidirectional || bias.buckets % 2 == 0, fmt::format("buckets is {}", bias.buckets),
                 "allowed: an even number when bidirectional");
      const std::int64_t exact = bias.bidirectional ? bias.buckets / 4 : bias.buckets / 2;
      check.range("max_distance", bias.max_distance, exact + 1, size_limit);
      check.real("bias_scale", bias.bias_scale, finite_f32(bias.bias_scale), "a finite f32");
      break;
    }
    case BiasKind::forget:
      check.that(p.causal || p.window.right == 0, "bias=forget sees later keys", "needs causal or window right = 0");
      check.that(p.queries <= p.memories + p.segment, fmt::format("queries is {} with bias=forget", p.queries),
                 fmt::format("allowed: up to memories + segment ({})", p.memories + p.segment));
      check.that(!p.custom_positions, "bias=forget with custom positions", "needs the ordered positions");
      break;
  }
}

void check_rotary(const Problem& p, Checks& check) {
  const Rotary& rotary = p.rotary;
  if (rotary.dims == 0) {
    check.that(!rotary.xpos.on, "xpos without rotary", "needs rotary of 2 or more");
    return;
  }
  check.range("rotary", rotary.dims, 2, p.head_dim);
  check.that(rotary.dims % 2 == 0, fmt::format("rotary is {}", rotary.dims), "allowed: an even number");
  check.real("base", rotary.base, positive_f32(rotary.base), "above 0 and finite in f32");
  check.real("base_rescale", rotary.base_rescale, positive_f32(rotary.base_rescale), "above 0 and finite in f32");
  check.real("interpolation", rotary.interpolation, positive_f32(rotary.interpolation), "above 0 and finite in f32");
  if (!rotary.xpos.on) return;
  check.real("xpos_scale_base", rotary.xpos.scale_base, positive_f32(rotary.xpos.scale_base), "above 0 and finite in f32");
  check.real("xpos_center", rotary.xpos.center, finite_f32(rotary.xpos.center), "a finite number");
}

}  // namespace

Status validate(const Problem& p) {
  Checks check;
  check.that(is_float(p.type), fmt::format("type is {}", name(p.type)), "allowed: f32, bf16, f16, f64");
  check_sizes(p, check);
  if (check.failed()) return check.status();  // sizes that are no sizes can't be added
  check.range("window left", p.window.left, -1, std::numeric_limits<std::int64_t>::max());
  check.range("window right", p.window.right, -1, std::numeric_limits<std::int64_t>::max());
  check.real("softcap", p.softcap, p.softcap == 0 || positive_f32(p.softcap), "0, or above 0 and finite in f32");
  if (p.scale) check.real("scale", *p.scale, finite_f32(*p.scale), "a finite f32");
  check_bias(p, check);
  check_rotary(p, check);
  return check.status();
}

double parameter(const Problem& problem, double value) {
  return problem.type == Type::f64 ? value : double(static_cast<float>(value));
}

double effective_scale(const Problem& problem) {
  return parameter(problem, problem.scale.value_or(1 / std::sqrt(double(problem.head_dim))));
}

}  // namespace boresight
