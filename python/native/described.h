// A problem as Python sees it: its fields, and the shapes of the tensors that its call has.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>
#include <vector>

#include "problem/problem.h"
#include "problem/tensors.h"

namespace boresight::python {

struct Described : Problem {
  Described(const Problem& problem, const Tensors& tensors);
  struct Shape {
    const char* name;
    std::vector<std::int64_t> sizes;
  };
  std::vector<Shape> given;  // of the inputs that a kernel gets, in their order
  bool strided = false;      // some input is not row-major
};

void bind_problem(nanobind::module_& module);

}  // namespace boresight::python
