// The bias of a score by the distance between query and key, one formula a kind: section 3 of reference/README.md.
// Persistent columns and the zero key have bias 0, whatever the kind.
#pragma once

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/matrix.h"
#include "reference/sequence.h"

namespace boresight::reference {

// The slope of the k-th (from 0) of `count` ALiBi heads, exact to double. For a power of two 2^(-8(k+1)/count);
// else the slopes of the largest power of two below, then the 1st, 3rd, .. of the next power.
double geometric_slope(std::int64_t count, std::int64_t k);

// ALiBi: the slope of head h in sequence b, computed or given.
double slope(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h);

// T5: the bucket of a distance.
std::int64_t bucket(const Bias& bias, std::int64_t distance);

// [n][K'] for one head. A dense -inf hides its column instead. A distance outside its table gives NaN.
void position_bias(const Problem& problem, const Tensors& tensors, const Sequence& sequence, std::int64_t b, std::int64_t h,
                   Matrix& bias, Flags& visible);

}  // namespace boresight::reference
