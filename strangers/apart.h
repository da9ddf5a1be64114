// Kernels of a shared library, run in processes apart: for the judge they are kernels like any other, and a crash, a hang, a
// limit or an end of the process is a KernelFault, after which the next call finds a new process.
#pragma once

#include <string>
#include <vector>

#include "problem/kernel.h"
#include "problem/result.h"
#include "strangers/process.h"

namespace boresight::strangers {

// The kernels that the library exports (problem/boresight.h), each with its table's promises. An error says what is wrong with
// the library, or that it crashed, hung or took too much while it was loaded. The program must hand worker_word on to work().
Result<std::vector<Kernel>> kernels_apart(const std::string& library, const Limits& limits);

}  // namespace boresight::strangers
