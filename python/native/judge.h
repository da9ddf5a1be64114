// What the judge says of Python kernels: checked by every law, identified, probed, one case again.
#pragma once

#include <nanobind/nanobind.h>

namespace boresight::python {

void bind_judge(nanobind::module_& module);

}  // namespace boresight::python
