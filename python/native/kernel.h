// A kernel that is a Python function, as the judge sees it: a Kernel like any other.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <memory>

#include "problem/kernel.h"

namespace boresight::python {

// Ends what is judging, and is raised again when it has ended: a kernel was interrupted, or asks for the program's end.
class Interruption {
 public:
  const std::atomic<bool>& flag() const { return set_; }
  void set(nanobind::python_error&& error);
  void raise_if_set();

 private:
  std::atomic<bool> set_{false};
  std::unique_ptr<nanobind::python_error> error_;
};

// `spec` is a boresight.Kernel: what it says of itself, and the functions by which it is asked and run. Called with the GIL held;
// the kernel takes it for each of its calls. ValueError where what it documents is no reading.
Kernel kernel_of(const nanobind::object& spec, Interruption& interruption);

}  // namespace boresight::python
