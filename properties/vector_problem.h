// From a vector record's config to a Problem. Field names are the file's (tests/data/README.md).
#pragma once

#include "problem/problem.h"
#include "properties/json_fields.h"

namespace boresight::properties {

// Not yet validated: the caller does, before any size is multiplied. What the inputs hold as data (slopes, frequencies)
// is told by which of them are there. custom_positions says only that the bias asks for positions of its own.
Problem read_problem(Fields& config, const Fields& inputs, Type type, Complaint& complaint);

// Which of the two head maps the list is; the problem must be valid. Where kv_heads is 1 or heads they are one.
HeadMap read_head_map(Fields& config, const Problem& problem, Complaint& complaint);

// Whether f32 (f64 in an f64 problem) holds all parameters that are numbers of the problem itself, and none is computed.
bool parameters_fit(const Problem& problem);

}  // namespace boresight::properties
