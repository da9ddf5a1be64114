// Answers known without a softmax: where all visible scores of a row are equal, or fall off geometrically, paper and
// pencil give the output. They check the reference itself, and any kernel on such inputs.
#pragma once

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/attention.h"

namespace boresight::reference {

enum class Closed {
  unknown,   // needs a softmax
  empty,     // nothing visible: out = 0, lse = sink, or -inf
  equal,     // N visible columns of score s: out = mean(v) / (1 + exp(sink - s) / N), lse = log(N e^s + e^sink).
             // N = 1 is one visible column; a row of q that is zero, or visible keys that are equal, make N of them
  geometric  // the same with ALiBi: weights go as x^|distance|, x = exp(-slope)
};

struct ClosedRow {
  Closed kind = Closed::unknown;
  Vector out;      // [Dv], empty if unknown
  double lse = 0;  // the sink included
};

// Row i of head h in sequence b. Of `head` only query, key, value, bias and visible are read.
ClosedRow closed_form(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t i,
                      const Head& head);

}  // namespace boresight::reference
