// What a hidden key and value hold changes no bit.
//
//   hidden by key_mask or memory_mask: whatever they hold, NaN and infinity included
//   hidden by attention_mask, causality or window: whatever finite they hold, in the rows that don't see them
//
// holds: always
#include <cmath>
#include <limits>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Overwrites key or value row `row` of all kv heads of sequence b.
void rewrite(const Tensor& keys, std::int64_t b, std::int64_t row, std::uint64_t bits, bool finite) {
  for (std::int64_t g = 0; g < keys.shape[1]; ++g)
    for (std::int64_t d = 0; d < keys.shape[3]; ++d) {
      const std::uint64_t choice = mix(bits + std::uint64_t(d));
      const double wild = choice % 3 == 0 ? not_a_number : choice % 3 == 1 ? infinity : -infinity;
      store(keys.data, keys.type, keys.offset(b, g, row, d), finite ? 100 * small_integer(choice) + 50 : wild);
    }
}

// Fills every key and value that a mask hides with NaN and infinities. True if there was one.
bool poison_masked(const Tensor& mask, const Tensor& k, const Tensor& v, std::uint64_t seed) {
  bool any = false;
  for (std::int64_t b = 0; mask && b < mask.shape[0]; ++b)
    for (std::int64_t c = 0; c < mask.shape[1]; ++c) {
      if (mask.at<std::uint8_t>(b, c) != 0) continue;
      rewrite(k, b, c, mix(seed + 5), false);
      rewrite(v, b, c, mix(seed + 6), false);
      any = true;
    }
  return any;
}

bool may_hide(const Case& a_case) {
  const Problem& p = a_case.problem;
  const auto given = [](const Mask& mask) { return mask.kind != Mask::Kind::absent; };
  return p.causal || p.window != Window{} || (given(a_case.key_mask) && p.segment > 0) ||
         (given(a_case.memory_mask) && p.memories > 0) || given(a_case.attention_mask) || a_case.dense_hidden > 0;
}

// One column after the persistent ones gets other finite contents in every sequence.
std::int64_t change_one(const Problem& p, const Tensors& t, std::uint64_t seed) {
  const std::int64_t token = std::int64_t(mix(seed + 7) % std::uint64_t(p.memories + p.segment));
  const bool memory = token < p.memories;
  for (std::int64_t b = 0; b < p.batch; ++b) {
    rewrite(memory ? t.memory_k : t.segment_k, b, memory ? token : token - p.memories, mix(seed + 8), true);
    rewrite(memory ? t.memory_v : t.segment_v, b, memory ? token : token - p.memories, mix(seed + 9), true);
  }
  return p.mem_kv + token;
}

}  // namespace

void prepare_hidden_is_inert(Case& c, Choices& choices) {
  if (c.problem.memories + c.problem.segment == 0) c.problem.segment = choices.between(1, 9);
  if (choices.chance(1, 2) && c.key_mask.kind == Mask::Kind::absent) c.key_mask = Mask{Mask::Kind::density, 0.7, 0, {}};
  if (choices.chance(1, 2) || !may_hide(c)) c.problem.causal = true;
}

Verdict judge_hidden_is_inert(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  if (p.memories + p.segment == 0) return skipped("no column that could be hidden");
  if (!may_hide(a_case)) return skipped("nothing that hides a column");
  Trial trial("hidden_is_inert", a_case, kernel);
  const Certificate certificate = trial.certify(trial.call());
  if (!trial.going()) return trial.verdict();
  Call other = trial.call();
  Tensors& t = other.tensors;
  for (Tensor* part : {&t.memory_k, &t.memory_v, &t.segment_k, &t.segment_v}) *part = copy(trial.store(), *part);
  const Results before = trial.run(trial.call());

  bool told = poison_masked(t.key_mask, t.segment_k, t.segment_v, a_case.seed);
  told = poison_masked(t.memory_mask, t.memory_k, t.memory_v, a_case.seed) || told;
  const Results poisoned = trial.run(other, "hidden contents changed");
  trial.same_bits(poisoned, before, "NaN and infinities in keys and values that the masks hide reach the output");

  const std::int64_t column = change_one(p, t, a_case.seed) + (p.zero_kv ? 1 : 0);
  const auto blind = [&](std::int64_t b, std::int64_t h, std::int64_t i) {
    return !certificate.truth.heads[std::size_t(b * p.heads + h)].visible(i, column);
  };
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h)
      for (std::int64_t i = 0; i < p.queries; ++i) told = told || blind(b, h, i);
  const Results changed = trial.run(other, "hidden contents changed");
  trial.same_bits(changed, before, blind, "the contents of a column that this row does not see reach it");
  trial.needs(told && p.queries > 0, "nothing is hidden");
  return trial.verdict();
}

}  // namespace boresight::properties
