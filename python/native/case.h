// A case by its token, with its inputs and its truth: numbers for who wants to look at one call.
#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "problem/case.h"

namespace boresight::python {

// ValueError: what is wrong with the token, where, and what would be right.
Case case_of(const std::string& token);

void bind_case(nanobind::module_& module);

}  // namespace boresight::python
