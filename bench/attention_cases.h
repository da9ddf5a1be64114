// What is timed, as one table of tokens: series of shapes by modes by types.
#pragma once

#include <string>
#include <vector>

#include "problem/case.h"

namespace boresight::bench {

struct AttentionCase {
  std::string name;  // "prefill/pre512/alibi/f32": series, shape, mode, type
  Case the_case;
  std::vector<std::string> kernels;  // families that are timed on it, such as "simd/flash"; "reference" is the reference itself
};

const std::vector<AttentionCase>& attention_cases();

}  // namespace boresight::bench
