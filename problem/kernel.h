// Kernel: one attention implementation as the judge sees it, ours and strangers' alike.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "problem/arithmetic.h"
#include "problem/problem.h"
#include "problem/tensors.h"

namespace boresight {

// How to run, never what to compute. 0: the kernel chooses.
struct Options {
  std::int64_t tile_queries = 0;
  std::int64_t tile_keys = 0;
  std::int64_t splits = 0;  // parts that the keys are split into
  int threads = 1;
  bool operator==(const Options&) const = default;
};

// What a kernel did in place of returning, thrown by who runs it for others: "crashed (SIGSEGV)". Told word for word.
struct KernelFault : std::runtime_error {
  explicit KernelFault(const std::string& words, bool took_all_time = false) : std::runtime_error(words), hung(took_all_time) {}
  bool hung;  // it took all the time that it was given: expensive to see again
};

struct Kernel {
  std::string name;              // "scalar", "simd/flash"
  std::string instruction_set;   // "any", "avx2", ..
  std::string unavailable;       // why it can't run on this machine; empty: it can
  bool batch_invariant = false;  // promised: a sequence's bits don't depend on what else is in the batch
  bool without_lse = false;      // gives out alone: it is never asked for lse, and laws that need one are not supported
  bool contiguous = false;       // takes row-major tensors alone: whoever runs it lays them out so, and it has no say on strides
  std::vector<std::string> documented;  // readings (properties/readings) that it follows on purpose, and is judged by

  // Why this call is not supported; empty: it is. Called with valid problems only; of the tensors it may ask which are there,
  // their shapes, types and strides, never their data.
  std::function<std::string(const Problem&, const Tensors&)> unsupported;
  // What the kernel promises for this problem.
  std::function<Arithmetic(const Problem&, const Options&)> arithmetic;
  // Computes tensors.out, and tensors.lse where present. Problem and tensors are valid and supported. An exception is a
  // finding; a crash or a hang is one where the kernel runs in a process of its own (strangers/apart.h), else the end of the run.
  std::function<void(const Problem&, const Tensors&, const Options&)> run;
};

}  // namespace boresight
