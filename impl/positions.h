// Positions: where queries and keys stand, by order or as given. Bias and rotary ask; visibility never does.
#pragma once

#include <cstdint>

#include "impl/geometry.h"

namespace boresight::impl {

inline std::int64_t position_of_query(const Problem& problem, const Geometry<std::int32_t>& g, const Tensors& tensors,
                                      std::int64_t batch, std::int32_t row) {
  if (!problem.custom_positions) return g.query_position(row);
  return tensors.query_positions.at<std::int32_t>(batch, row);
}

// Of a column past the persistent ones, which have no position.
inline std::int64_t position_of_key(const Problem& problem, const Geometry<std::int32_t>& g, const Tensors& tensors,
                                    std::int64_t batch, std::int32_t column) {
  if (!problem.custom_positions) return g.key_position(column);
  return tensors.key_positions.at<std::int32_t>(batch, g.token_index(column));
}

}  // namespace boresight::impl
