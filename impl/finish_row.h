// Finish row: the end of every kernel's row: the scores that have no value (zero key, sink), the quotient, and the store.
#pragma once

#include <limits>

#include "impl/convert.h"
#include "impl/float_arithmetic.h"
#include "impl/online_softmax.h"

namespace boresight::impl {

// Takes up the scores that have no value: the zero key and the sink.
template <class A>
void absorb_scores_without_value(const Problem& problem, const Tensors& tensors, std::int64_t head, RowState<A>& state,
                                 std::int32_t width) {
  if (problem.zero_kv) absorb_without_value(state, typename A::Score(0), width);  // its key is zero, and cap(0) = 0
  if (!problem.sink) return;
  const float sink = read_element(tensors.sinks, tensors.sinks.offset(head));
  if (sink > -std::numeric_limits<float>::infinity()) absorb_without_value(state, typename A::Score(sink), width);
}

// Writes out and lse of one row from its state, which it uses up. `width`: that of the state's sums.
inline void finish_row(const Problem& problem, const Tensors& tensors, std::int64_t batch, std::int64_t head, std::int64_t row,
                       RowState<FloatArithmetic>& state, std::int32_t width) {
  absorb_scores_without_value(problem, tensors, head, state, width);
  const float lse = finish(state, width);
  write_row(tensors.out, tensors.out.offset(batch, head, row, 0), problem.value_dim, state.sums);
  if (tensors.lse) tensors.lse.at<float>(batch, head, row) = lse;
}

// How many they are.
inline std::int64_t scores_without_value(const Problem& problem) { return problem.zero_kv + problem.sink; }

}  // namespace boresight::impl
