// Comparison by the certified bound, in the positive form: what is not shown to be within it has failed, NaN first of all.
#pragma once

#include <optional>

#include "properties/call.h"
#include "properties/verdict.h"
#include "reference/error_bound.h"

namespace boresight::properties {

// The truth of a call with the bound of a declared arithmetic.
struct Certified {
  reference::Attention truth;
  reference::ErrorBound bound;
};

// Error as a fraction of the bound: 0 where equal (infinities too), infinity for NaN or any error above a bound of 0.
double error_over_bound(double got, double expected, double bound);

// A verdict on results against the truth: the worst element if any is outside its bound.
Verdict compare(const Results& got, const Certified& certified);

// Rows [got_row, got_row + rows) of one run against rows from expected_row on of another, within the sum of both bounds.
Verdict compare(const Results& got, const reference::ErrorBound& got_bound, std::int64_t got_row, const Results& expected,
                const reference::ErrorBound& expected_bound, std::int64_t expected_row, std::int64_t rows);

// The first element whose bits differ, over the rows (b, h, i) for which `matters` holds.
template <class Matters>
std::optional<Mismatch> first_changed_bit(const Results& got, const Results& expected, Matters matters);

}  // namespace boresight::properties

#include "properties/compare-inl.h"
