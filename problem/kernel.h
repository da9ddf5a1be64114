// Kernel: one attention implementation as the judge sees it, ours and strangers' alike.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

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

struct Kernel {
  std::string name;              // "scalar", "simd/flash"
  std::string instruction_set;   // "any", "avx2", ..
  std::string unavailable;       // why it can't run on this machine; empty: it can
  bool batch_invariant = false;  // promised: a sequence's bits don't depend on what else is in the batch

  // Why this problem is not supported; empty: it is. Called with valid problems only.
  std::function<std::string(const Problem&)> unsupported;
  // What the kernel promises for this problem.
  std::function<Arithmetic(const Problem&, const Options&)> arithmetic;
  // Computes tensors.out, and tensors.lse where present. Problem and tensors are valid and supported. An exception is a
  // finding; a crash or a hang is the end of the run.
  std::function<void(const Problem&, const Tensors&, const Options&)> run;
};

}  // namespace boresight
