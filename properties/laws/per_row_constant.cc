// Softmax sees differences alone: a number x_i added to every score of row i leaves its output, and moves its lse by x_i.
//
//   attend(dense + x_i):  out as before, lse + x_i
//
// holds: P = 0 and no zero_kv (their columns get no bias), no sink (it is no score), no softcap after_bias (it bends the sum).
// The dense bias is rounded to a grid so coarse that f32 holds its sum with x_i exactly. Both bounds have their constants in.
#include <cmath>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

// Entries below 4 on a grid of 2^-6, and constants up to 120 on one of 2^-3: their sums take 13 bits of the 24.
constexpr double entry_step = 0x1p-6, constant_step = 0x1p-3;

double constant(std::uint64_t seed, std::int64_t row) {
  return constant_step * double(std::int64_t(mix(seed + 20 + 977 * std::uint64_t(row)) % 1921) - 960);
}

// The dense bias on its grid, and what constant(row) gives on top; rows are counted over all of the tensor.
template <class Constant>
Tensor on_grid(Inputs& store, const Tensor& dense, Constant constant) {
  const Tensor result = copy(store, dense);
  if (!result) return result;
  auto* const entry = static_cast<float*>(result.data);
  fill(result, [&](std::int64_t at) {
    return std::nearbyint(double(entry[at]) / entry_step) * entry_step + constant(at / result.shape[3]);
  });
  return result;
}

std::string precondition(const Problem& p) {
  if (p.bias.kind != BiasKind::dense) return "needs a dense bias";
  if (p.type == Type::f64) return "needs a dense bias in f32";
  if (p.mem_kv > 0 || p.zero_kv || p.sink) return "persistent columns, zero_kv and sinks get no constant";
  if (p.softcap > 0 && p.softcap_order == SoftcapOrder::after_bias) return "softcap after the bias";
  return "";
}

}  // namespace

void prepare_per_row_constant(Case& c, Choices& choices) {
  Problem& p = c.problem;
  if (p.bias.kind != BiasKind::dense) {
    p.bias = {};
    p.bias.kind = BiasKind::dense;
    c.dense_broadcast = {choices.chance(1, 2), choices.chance(1, 3)};
    if (p.custom_positions && p.rotary.dims == 0)
      p.custom_positions = false, c.positions = Positions::ordered, c.positions_broadcast = true;
  }
  p.mem_kv = 0;
  p.zero_kv = p.sink = false;
  p.softcap_order = p.softcap > 0 ? SoftcapOrder::before_bias : SoftcapOrder::after_bias;
}

Verdict judge_per_row_constant(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (const std::string why = precondition(p); !why.empty()) return skipped(why);
  Trial trial("per_row_constant", a_case, kernel);
  const Tensor& dense = trial.call().tensors.dense;
  const auto of_row = [&](std::int64_t row) { return constant(a_case.seed, row); };
  Call plain = trial.call(), more = trial.call();
  plain.tensors.dense = on_grid(trial.store(), dense, [](std::int64_t) { return 0.0; });
  more.tensors.dense = on_grid(trial.store(), dense, of_row);
  const Certificate first = trial.certify(plain), second = trial.certify(more);
  const Results as_is = trial.run(plain), raised = trial.run(more, "a constant added to each row");
  const auto expected = [&](const Element& e) {
    const std::int64_t b = dense.shape[0] == 1 ? 0 : e.b, h = dense.shape[1] == 1 ? 0 : e.h;
    const double x = e.lse && dense ? of_row((b * dense.shape[1] + h) * dense.shape[2] + e.i) : 0;
    return std::optional<Expected>({at(as_is, e) + x, at(first.bound, as_is, e) + at(second.bound, raised, e)});
  };
  trial.hold(raised, expected, "a constant added to all scores of a row shows");
  trial.needs(some_row_shows(first), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
