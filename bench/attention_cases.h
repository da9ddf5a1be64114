// What is timed: every shape with every positional encoding, without and with persistent columns. One table, as tokens.
#pragma once

#include <string>
#include <vector>

#include "problem/case.h"

namespace boresight::bench {

struct AttentionCase {
  std::string name;  // "prefill_512/alibi/P16"
  Case the_case;
};

const std::vector<AttentionCase>& attention_cases();

// Multiplications and additions of the two products over the columns that causality leaves: 2 (D + Dv) for each pair.
double flops(const Problem& problem);

// Keys and values, each read once: what decoding can't do without.
double bytes_read(const Problem& problem);

}  // namespace boresight::bench
