#include "properties/probe/plain_weights.h"

#include <algorithm>
#include <cmath>

#include "properties/probe/posed_row.h"

namespace boresight::properties::probe {
namespace {

std::size_t place(const Probing& probing, std::size_t h, Index i) { return h * std::size_t(probing.rows) + std::size_t(i); }

PlainWeights nothing_read(const Probing& probing) {
  const std::size_t heads = probing.result.heads.size();
  const reference::Matrix zero = reference::Matrix::Zero(probing.rows, probing.columns);
  return {{heads, zero}, {heads, zero}, std::vector<bool>(heads * std::size_t(probing.rows), true)};
}

void take_lse(Probing& probing, const Results& got) {
  if (got.lse.empty()) return;
  auto from = got.lse.begin();
  for (HeadPlumb& head : probing.result.heads) {
    head.lse.assign(from, from + std::ptrdiff_t(got.rows));
    from += std::ptrdiff_t(got.rows);
  }
}

void take_weights(const Probing& probing, const Results& got, Columns shown, PlainWeights& plain) {
  each_row_of_heads(probing, [&](std::size_t h, Index i) {
    for (Index k = 0; k < shown.count; ++k) {
      const Index c = shown.first + k;
      const double weight = plain.weight[h](i, c) = weight_shown(probing, got, h, i, k);
      const double bound = plain.bound[h](i, c) = bound_shown(probing, h, i, k);
      const double right = probing.truth.heads[h].weights(i, probing.zero + c);
      if (!(std::abs(weight - right) <= bound)) plain.consistent[place(probing, h, i)] = false;
    }
  });
}

bool read_window(Probing& probing, Columns shown, PlainWeights& plain) {
  probing.call.write([&](ProbeInputs& in) {
    in.clear_queries_and_keys();
    in.set_one_hot(shown.first, shown.count, probing.value);
  });
  Results got;
  if (!shoot(probing, probing.problem, got)) return false;
  bound_one_hot(probing, probing.problem, probing.truth, shown);
  if (shown.first == 0) take_lse(probing, got);
  take_weights(probing, got, shown, plain);
  return true;
}

// The rows that no right kernel computes, as if they were the truth; the others cost nothing.
reference::Attention posed_rows(const Probing& probing, const PlainWeights& plain) {
  reference::Attention own = probing.truth;
  each_row_of_heads(probing, [&](std::size_t h, Index i) {
    hide_row(own.heads[h], i);
    if (!plain.consistent[place(probing, h, i)]) pose_row(probing, plain, h, i, own.heads[h]);
  });
  return own;
}

void bound_foreign_rows(Probing& probing, PlainWeights& plain) {
  if (std::find(plain.consistent.begin(), plain.consistent.end(), false) == plain.consistent.end()) return;
  reference::Attention own = posed_rows(probing, plain);
  for (const Columns shown : windows(probing, probing.width)) {
    bound_one_hot(probing, probing.problem, own, shown);
    each_row_of_heads(probing, [&](std::size_t h, Index i) {
      for (Index k = 0; k < shown.count && !plain.consistent[place(probing, h, i)]; ++k)
        plain.bound[h](i, shown.first + k) = bound_shown(probing, h, i, k);
    });
  }
}

}  // namespace

PlainWeights plain_weights(Probing& probing) {
  PlainWeights plain = nothing_read(probing);
  for (const Columns shown : windows(probing, probing.width))
    if (!read_window(probing, shown, plain)) return plain;
  bound_foreign_rows(probing, plain);
  return plain;
}

}  // namespace boresight::properties::probe
