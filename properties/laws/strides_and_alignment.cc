// A tensor is its numbers, not where they lie.
//
//   attend on the same numbers in any layout, from any start, broadcast by size or by stride: the same bits
//
// holds: always; starts are aligned to elements. Inputs are laid out each for itself, and the outputs otherwise as well.
#include <algorithm>
#include <array>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {
namespace {

constexpr std::array<Layout, 5> layouts{Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed};

// A dimension that is broadcast has its full size, and stride 0.
void spread(Tensor& tensor, int dimension, std::int64_t size) {
  if (!tensor || tensor.shape[std::size_t(dimension)] != 1) return;
  tensor.shape[std::size_t(dimension)] = size;
  tensor.stride[std::size_t(dimension)] = 0;
}

Call laid_out_otherwise(Trial& trial) {
  Call result = trial.call();
  Tensors& t = result.tensors;
  std::uint64_t bits = mix(trial.drawn().seed + 28);
  for (const auto& [name, member] : input_tensors) {
    bits = mix(bits + 1);
    t.*member = lay_out(trial.store(), t.*member, layouts[bits % layouts.size()], std::int64_t(bits >> 40) & 1);
  }
  const Problem& p = result.problem;
  if ((bits >> 50 & 1u) == 0) return result;
  for (Tensor* each : {&t.attention_mask, &t.dense}) spread(*each, 0, p.batch), spread(*each, 1, p.heads);
  for (Tensor* each : {&t.query_positions, &t.key_positions}) spread(*each, 0, p.batch);
  return result;
}

}  // namespace

void prepare_strides_and_alignment(Case&, Choices&) {}

Verdict judge_strides_and_alignment(const Case& a_case, const Kernel& kernel) {
  if (kernel.contiguous) return skipped("not supported: the kernel takes contiguous tensors alone, and is given no others");
  Trial trial("strides_and_alignment", a_case, kernel);
  const Call elsewhere = laid_out_otherwise(trial);
  const Certificate certificate = trial.certify(trial.call());
  trial.accept(elsewhere);
  Way other = trial.way();
  const std::uint64_t bits = mix(a_case.seed + 29);
  other.layout = layouts[bits % layouts.size()];
  other.skew = std::int64_t(bits >> 40) & 1;
  const Results here = trial.run(trial.call()), there = trial.run(elsewhere, other, "laid out otherwise");
  trial.same_bits(there, here, "where the numbers lie shows");
  trial.needs(some_row_shows(certificate), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
