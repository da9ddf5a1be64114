// Positions count from nowhere: all of them moved by t, queries' and keys' alike, change nothing.
//
//   attend(positions + t) = attend(positions)
//
// holds: custom positions; ALiBi, T5 and tables go by distance alone. RoPE and XPOS turn the product of two turned rows by
// their distance, but a persistent key does not turn along: P = 0 (else 0.40). Of XPOS's factors z^((tq - center) / base) and
// z^(-(tk - center) / base) the product has no center in it, so that for P = 0 it may stay or move along: it stays for small
// t, and moves with a t that would take the factors out of their range. The error of angles grows with t: both bounds count.
#include <array>
#include <cmath>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

bool goes_by_distance(const Problem& p) {
  return p.rotary.dims > 0 || p.bias.kind == BiasKind::alibi || p.bias.kind == BiasKind::relative_buckets ||
         p.bias.kind == BiasKind::distance_table;
}

// Below 2^24 with the positions that draw() makes, so that f32 holds both exactly.
std::int64_t shift(std::uint64_t seed) {
  constexpr std::array<std::int64_t, 8> shifts{1, -1, 17, -100, 1000, 4096, -65537, 1 << 20};
  return shifts[mix(seed + 19) % shifts.size()];
}

Tensor moved(Inputs& store, const Tensor& positions, std::int64_t by) {
  const Tensor result = copy(store, positions);
  if (!result) return result;
  auto* const place = static_cast<std::int32_t*>(result.data);
  fill(result, [&](std::int64_t at) { return double(place[at] + by); });
  return result;
}

}  // namespace

void prepare_shifting_all_positions(Case& c, Choices& choices) {
  Problem& p = c.problem;
  if (!goes_by_distance(p)) {
    p.bias = {};
    p.bias.kind = BiasKind::alibi;
    p.bias.alibi_heads = p.heads;
    c.dense_broadcast = {}, c.dense_hidden = 0;
  }
  if (p.bias.kind == BiasKind::forget) p.bias = {};
  if (p.rotary.dims > 0) p.mem_kv = 0;
  if (p.custom_positions) return;
  p.custom_positions = true;
  c.positions = choices.chance(1, 2) || p.bias.kind == BiasKind::distance_table ? Positions::shuffled : Positions::restart;
  c.positions_broadcast = choices.chance(1, 2);
}

Verdict judge_shifting_all_positions(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (!p.custom_positions) return skipped("needs custom positions");
  if (!goes_by_distance(p)) return skipped("nothing goes by position");
  if (p.rotary.dims > 0 && p.mem_kv > 0) return skipped("rotary, and persistent keys that do not turn along");
  Trial trial("shifting_all_positions", a_case, kernel);
  const std::int64_t t = shift(a_case.seed);
  Call shifted = trial.call();
  shifted.tensors.query_positions = moved(trial.store(), shifted.tensors.query_positions, t);
  shifted.tensors.key_positions = moved(trial.store(), shifted.tensors.key_positions, t);
  Xpos& xpos = shifted.problem.rotary.xpos;
  if (xpos.on && std::abs(double(t)) > xpos.scale_base) xpos.center += double(t);
  const Certificate first = trial.certify(trial.call()), second = trial.certify(shifted);
  const Results as_is = trial.run(trial.call()), later = trial.run(shifted, "positions shifted");
  trial.agree(later, second, as_is, first, "where positions count from shows");
  trial.needs(some_row_shows(first), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
