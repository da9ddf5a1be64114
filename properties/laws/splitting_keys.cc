// Keys in parts, each attended to alone and merged by lse, are the keys at once.
//
//   attend(all) = sum_j w_j out_j,  w_j = exp(lse_j - L),  L = log sum_j exp(lse_j) = lse of all
//
// holds: parts are chosen by the attention mask, never by shorter tensors (the segment's length moves positions); sink and
// zero_kv count in one part alone.
//
// The merged bound. Let E_j and F_j bound the errors e_j of lse_j and f_j of out_j. Since sum w_j (out_j - out) = 0,
//
//   out' - out = sum w_j e^e_j (out_j + f_j) / sum w_j e^e_j - out = sum w_j (e^e_j - 1)(out_j - out) / .. + sum w_j e^e_j f_j /
//   .. |out' - out| <= (1/A) sum w_j (e^E_j - 1) |out_j - out| + (1/A) sum w_j e^E_j F_j,      A = sum w_j e^-E_j |L' - L| <=
//   max(log sum w_j e^E_j, -log A)
//
// exact for any errors. Merging is done in double, whose roundings (v = 2^-53) count as well: v |lse_j - max| + 2 v more of each
// e_j, (2 parts + 3) v of sum w_j |out_j|, and v (parts + |log sum| + |L|) + 2 v of L.
#include <algorithm>
#include <cmath>
#include <limits>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double v = 0x1p-53;

struct Part {
  Call call;
  Certificate certificate;
  Results got;
};

// Columns in two or three parts: each where the seed says, or in runs.
std::int64_t part_of(const Case& a_case, std::int64_t parts, std::int64_t column) {
  const bool runs = (mix(a_case.seed + 24) & 1u) != 0;
  if (runs) return std::min(parts - 1, column * parts / std::max<std::int64_t>(a_case.problem.columns(), 1));
  return std::int64_t(mix(a_case.seed + 25 + std::uint64_t(column)) % std::uint64_t(parts));
}

Call only_part(Trial& trial, std::int64_t parts, std::int64_t part) {
  Call result = trial.call();
  Problem& p = result.problem;
  Tensor& mask = result.tensors.attention_mask;
  const bool masked = bool(mask);
  mask = masked ? copy(trial.store(), mask) : trial.store().allocate(Type::u8, {1, 1, p.queries, p.columns()});
  const auto* const open = static_cast<const std::uint8_t*>(mask.data);
  fill(mask, [&](std::int64_t at) {
    return (!masked || open[at] != 0) && part_of(trial.drawn(), parts, at % p.columns()) == part ? 1.0 : 0.0;
  });
  if (part == 0) return result;
  p.sink = p.zero_kv = false;
  result.tensors.sinks = {};
  return result;
}

// One row's parts: their true weights, and the bounds of the logarithms of the computed ones.
struct Merge {
  std::vector<double> weight, error;
  double most = -infinity;  // the largest computed lse
  double sum = 0;           // of exp(computed lse - most)
  double shrunk = 0;        // A
  double grown = 0;         // sum w e^E
  bool told() const {
    return std::count_if(weight.begin(), weight.end(), [](double w) { return w > 0; }) > 1;
  }
};

Merge merge(const std::vector<Part>& parts, const Element& lse, double whole) {
  Merge m;
  for (const Part& part : parts) m.most = std::max(m.most, at(part.got, lse));
  for (const Part& part : parts) {
    const double computed = at(part.got, lse), truth = at(part.certificate.truth, part.got, lse);
    const double weight = truth > -infinity ? std::exp(truth - whole) : 0;
    const double error = computed > -infinity ? at(part.certificate.bound, part.got, lse) + v * (m.most - computed) + 2 * v : 0;
    m.weight.push_back(weight);
    m.error.push_back(error);
    if (computed != -infinity) m.sum += std::exp(computed - m.most);
    m.shrunk += weight * std::exp(-error);
    m.grown += weight * std::exp(error);
  }
  return m;
}

Expected merged_lse(const Merge& m, std::size_t parts, double whole) {
  if (!(whole > -infinity)) return {m.most, 0};
  const double value = m.most + std::log(m.sum);
  const double moved = std::max(std::log(m.grown), -std::log(m.shrunk));
  return {value, moved + v * (double(parts) + std::abs(std::log(m.sum)) + std::abs(value)) + 2 * v};
}

Expected merged_out(const Merge& m, const std::vector<Part>& parts, const Element& e, double truth) {
  Expected merged;
  double size = 0;
  for (std::size_t j = 0; j < parts.size(); ++j) {
    const Element lse{true, e.b, e.h, e.i, 0};
    const double computed = at(parts[j].got, lse), out = at(parts[j].got, e);
    if (computed == -infinity) continue;
    const double share = std::exp(computed - m.most) / m.sum;
    merged.value += share * out;
    size += share * std::abs(out);
    const double away = std::abs(at(parts[j].certificate.truth, parts[j].got, e) - truth);
    merged.bound += m.weight[j] * std::expm1(m.error[j]) * away / m.shrunk;
    merged.bound += m.weight[j] * std::exp(m.error[j]) * at(parts[j].certificate.bound, parts[j].got, e) / m.shrunk;
  }
  merged.bound += (2 * double(parts.size()) + 3) * v * size;
  return merged;
}

}  // namespace

void prepare_splitting_keys(Case& c, Choices& choices) {
  c.problem.queries = std::max<std::int64_t>(c.problem.queries, 1);
  if (c.problem.columns() < 2) c.problem.segment = choices.between(2, 9);
}

Verdict judge_splitting_keys(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (p.columns() < 2 || p.queries < 1) return skipped("needs a query and two columns");
  if (kernel.without_lse) return skipped("not supported: parts are merged by lse, which it does not give");
  Trial trial("splitting_keys", a_case, kernel);
  const std::int64_t count = 2 + std::int64_t(mix(a_case.seed + 23) % 2);
  const Certificate whole = trial.certify(trial.call());
  std::vector<Part> parts;
  for (std::int64_t j = 0; j < count; ++j) {
    const Call call = only_part(trial, count, j);
    parts.push_back({call, trial.certify(call), {}});
  }
  const Results at_once = trial.run(trial.call());
  for (Part& part : parts) part.got = trial.run(part.call, "a part of the keys");
  bool told = false;
  const auto merged = [&](const Element& e) {
    const Element lse{true, e.b, e.h, e.i, 0};
    const double total = at(whole.truth, at_once, lse);
    const Merge m = merge(parts, lse, total);
    told = told || m.told();
    Expected right = e.lse ? merged_lse(m, parts.size(), total) : merged_out(m, parts, e, at(whole.truth, at_once, e));
    right.bound += at(whole.bound, at_once, e);
    return std::optional(right);
  };
  trial.hold(at_once, merged, "keys in parts, merged by lse, are not the keys at once");
  trial.needs(told && some_row_shows(whole), "no row sees two parts and shows its weights");
  return trial.verdict();
}

}  // namespace boresight::properties
