// From a vector record's inputs to the tensors of a call. Field names are the file's (tests/data/README.md).
#pragma once

#include "properties/json_fields.h"
#include "properties/vectors.h"

namespace boresight::properties {

// Fills vector.inputs, vector.exact and vector.exact_parameters. vector.problem must be valid; what only the tensors tell,
// custom positions and whose slopes they are, is added to it, so that the caller validates it again.
void read_inputs(Fields& fields, Vector& vector, Complaint& complaint);

}  // namespace boresight::properties
