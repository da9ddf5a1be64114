// The positions of a vector record. The format may give one set for the bias and another for rotary; a Problem has one.
#pragma once

#include <optional>

#include "problem/problem.h"
#include "properties/json_fields.h"

namespace boresight::properties {

struct Positions {
  Array query;  // [B|1][n]
  Array key;    // [B|1][M+S]
  bool operator==(const Positions&) const = default;
};

// Absent: the ordered positions. problem.custom_positions says that the bias has its own (bias_q_pos, bias_k_pos).
std::optional<Positions> read_positions(Fields& inputs, const Problem& problem, Complaint& complaint);

}  // namespace boresight::properties
