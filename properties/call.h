// One attention call ready to run, and its run under guard: outputs start poisoned and fenced, and come back as doubles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "problem/inputs.h"
#include "problem/kernel.h"

namespace boresight::properties {

// A problem with its inputs; `tensors` has no outputs.
struct Call {
  Problem problem;
  Tensors tensors;
};

// The decoded results of one run, row-major: out [batch][heads][rows][width], lse [batch][heads][rows], or none.
struct Results {
  std::int64_t batch = 0, heads = 0, rows = 0, width = 0;
  std::vector<double> out, lse;
  std::string broken;      // a guard that was hurt: a write outside, an element not written; empty: none
  bool unwritten = false;  // broken by that alone, on an element
  bool hung = false;       // broken by taking all the time that it was given
};

// A number of this type, which must be one of floats, as a double.
double decode(const std::byte* at, Type type);

// Memory for one call's outputs, every byte poisoned with 0xff (NaN in every type), with fences around and in the gaps.
// They start `skew` elements behind a place that is aligned for any type.
class Outputs {
 public:
  Outputs(const Problem& problem, Layout layout, bool with_lse = true, std::int64_t skew = 0);
  Tensor out() const { return out_; }
  Tensor lse() const { return lse_; }
  // Takes the results out, then looks whether any byte that belongs to no element was touched.
  Results collect();

 private:
  Tensor place(Type type, std::int64_t batch, std::int64_t heads, std::int64_t rows, std::int64_t width, Layout layout,
               std::int64_t skew, std::vector<std::byte>& memory);
  Tensor out_, lse_;
  std::vector<std::byte> out_memory_, lse_memory_;
};

// A kernel without lse gives results without, whoever asks for it.
Results run(const Kernel& kernel, const Call& call, const Options& options, Layout layout, bool with_lse = true,
            std::int64_t skew = 0);

}  // namespace boresight::properties
