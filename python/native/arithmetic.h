// The arithmetic that a Python kernel declares.
#pragma once

#include <nanobind/nanobind.h>

#include "problem/arithmetic.h"
#include "problem/problem.h"

namespace boresight::python {

// A plain loop in f32, but for what the dict says: fields of boresight_arithmetic (problem/boresight.h), types by their names.
// None: nothing. ValueError for another field, or a promise that is none.
Arithmetic arithmetic_of(const Problem& problem, const nanobind::object& dict);

}  // namespace boresight::python
