// boresight._native: what python/boresight/ stands on. Not for users: everything public is in the package.
#include <nanobind/nanobind.h>

#include "cli/version.h"
#include "problem/registry.h"
#include "python/native/case.h"
#include "python/native/described.h"
#include "python/native/judge.h"

namespace boresight {

// Python brings its kernels with each call.
const std::vector<Kernel>& registered_kernels() {
  static const std::vector<Kernel> none;
  return none;
}

}  // namespace boresight

NB_MODULE(_native, m) {
  m.attr("version") = boresight::version();
  boresight::python::bind_problem(m);
  boresight::python::bind_case(m);
  boresight::python::bind_judge(m);
}
