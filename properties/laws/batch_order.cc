// Sequences do not know each other: a batch in another order gives the same sequences in that order, and so does each alone.
//
//   attend(sequences in any order) = attend(sequences) in that order
//   attend(sequence b alone)       = sequence b of attend(sequences)
//
// holds: always; bitwise where the kernel promises it (Kernel::batch_invariant), else within the bounds
#include <algorithm>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

// Everything that each sequence has its own of; mem_kv, tables and sinks are the same for all.
constexpr Tensor Tensors::* own[] = {
    &Tensors::q,        &Tensors::memory_k,        &Tensors::memory_v,       &Tensors::segment_k, &Tensors::segment_v,
    &Tensors::key_mask, &Tensors::memory_mask,     &Tensors::attention_mask, &Tensors::slopes,    &Tensors::dense,
    &Tensors::forget,   &Tensors::query_positions, &Tensors::key_positions};

Call with_sequences(Trial& trial, const std::vector<std::int64_t>& order) {
  Call result = trial.call();
  result.problem.batch = std::int64_t(order.size());
  for (Tensor Tensors::* tensor : own)
    result.tensors.*tensor = gather_or_broadcast(trial.store(), trial.call().tensors.*tensor, 0, order);
  return result;
}

Results sequences_of(const Results& all, const std::vector<std::int64_t>& order) {
  Results result{std::int64_t(order.size()), all.heads, all.rows, all.width, {}, {}, ""};
  const auto append = [&](const std::vector<double>& from, std::vector<double>& to) {
    const std::ptrdiff_t each = std::ptrdiff_t(from.size()) / all.batch;
    for (const std::int64_t b : order) to.insert(to.end(), from.begin() + b * each, from.begin() + (b + 1) * each);
  };
  append(all.out, result.out);
  append(all.lse, result.lse);
  return result;
}

}  // namespace

void prepare_batch_order(Case& c, Choices& choices) { c.problem.batch = std::max(c.problem.batch, choices.between(2, 3)); }

Verdict judge_batch_order(const Case& a_case, const Kernel& kernel) {
  const std::int64_t B = a_case.problem.batch;
  if (B < 2) return skipped("needs two sequences");
  Trial trial("batch_order", a_case, kernel);
  const std::vector<std::int64_t> order = permutation(B, a_case.seed),
                                  one{std::int64_t(mix(a_case.seed + 15) % std::uint64_t(B))};
  const Call other = with_sequences(trial, order), alone = with_sequences(trial, one);
  const Certificate batch = trial.certify(trial.call()), permuted = trial.certify(other), single = trial.certify(alone);
  const Results as_is = trial.run(trial.call()), in_order = trial.run(other, "permuted"), by_itself = trial.run(alone, "alone");
  const auto compare = [&](const Results& got, const Certificate& certificate, const std::vector<std::int64_t>& sequences,
                           std::string_view otherwise) {
    if (kernel.batch_invariant && trial.going()) return trial.same_bits(got, sequences_of(as_is, sequences), otherwise);
    const auto before = [&](Element e) {
      e.b = sequences[std::size_t(e.b)];
      return std::optional(e);
    };
    trial.agree(got, certificate, as_is, batch, before, otherwise);
  };
  compare(in_order, permuted, order, "the order of sequences shows");
  compare(by_itself, single, one, "what else is in the batch shows");
  trial.needs(some_row_shows(batch), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
