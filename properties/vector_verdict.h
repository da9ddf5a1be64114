// Verdicts on recorded vectors: a kernel against our reference on a vector's inputs, and the reference against the
// output that somebody else recorded for them.
#pragma once

#include "problem/kernel.h"
#include "properties/diagnosis.h"
#include "properties/vectors.h"
#include "properties/verdict.h"

namespace boresight::properties {

// What any careful evaluation in double keeps, rows summed one by one. Frequencies that are computed, not data, come from
// pow(base, -2r/R), whose rounded exponent costs ln(base) roundings; so does the exponent of an XPOS factor.
Arithmetic double_arithmetic(const Problem& problem);

// The reference in double against vector.expected (and expected_lse), within its own bound at 2^-53. The vector is f64.
Verdict judge_reference(const Vector& vector);

// What is wrong with vector.observed, which somebody really computed: the reading that explains every element, within the
// bound of double, or of a careful implementation in f32. The vector is of its observed_type.
Diagnosis diagnose_observed(const Vector& vector);

// A kernel against the reference, within the certified bound; where the vector's type holds its inputs exactly the
// recorded output has judged the reference already.
Verdict judge_vector(const Vector& vector, const Kernel& kernel);

}  // namespace boresight::properties
