// Attention in multiprecision (MPFR, 40 digits), for auditing the certified bound: what the bound is measured against.
#pragma once

#include <boost/multiprecision/mpfr.hpp>
#include <vector>

#include "properties/call.h"

namespace boresight::audit {

using Real = boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<40, boost::multiprecision::allocate_stack>,
                                           boost::multiprecision::et_off>;

// Results in the order of properties::Results. lse of an empty row without a sink is -infinity.
struct Exact {
  std::vector<Real> out, lse;
};

// The call's problem is in f32, bf16 or f16; every decision is by the book (properties/readings/book.h).
Exact attend(const properties::Call& call);

}  // namespace boresight::audit
